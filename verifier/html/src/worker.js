// The working side: checks what it is sent, away from the page, and tells how far it is.
import { checkBundle } from './bundle.js';
import { Refusal } from './refusal.js';

// Verdict, or what stood in the way, as a message that can be sent.
export async function answerTo(request, told) {
  try {
    return { verdict: await checkBundle(request.blob, request.options, told) };
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.message };
    return { fault: `${error?.name}: ${error?.message}` };
  }
}

export function startWorker(scope) {
  scope.onmessage = async ({ data }) => {
    let last = 0;
    const told = (progress) => {
      if (progress.done < progress.all && Date.now() - last < 100) return;
      last = Date.now();
      scope.postMessage({ progress });
    };
    scope.postMessage(await answerTo(data, told));
  };
}
