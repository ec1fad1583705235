// Runs a check: in a worker made of this page's own script where the browser allows it, else here, piece by piece.
import { answerTo } from './worker.js';

function workerOf(source) {
  const address = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  try {
    return new Worker(address);
  } finally {
    URL.revokeObjectURL(address);
  }
}

function inWorker(source, request, told) {
  return new Promise((resolve, reject) => {
    const worker = workerOf(source);
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      reject(new Error('no worker'));
    };
    worker.onmessage = ({ data }) => {
      if (data.progress) {
        told(data.progress);
        return;
      }
      worker.terminate();
      resolve(data);
    };
    worker.postMessage(request);
  });
}

// The answer to a request {blob, options}; source: the text of the script that the worker is made of.
export async function runCheck(source, request, told) {
  try {
    return await inWorker(source, request, told);
  } catch {
    return answerTo(request, told);
  }
}
