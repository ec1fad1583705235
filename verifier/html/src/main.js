// Where the script begins: in a page it starts the page, in a worker the working side.
import { startPage } from './page.js';
import { startWorker } from './worker.js';

if (typeof document === 'undefined') startWorker(globalThis);
else startPage(document.currentScript.textContent);
