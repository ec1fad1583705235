// The page: what is picked or dropped, progress, and the verdict shown.
import { fits } from './grammars.js';
import { languages, sentence } from './texts.js';
import { runCheck } from './running.js';
import { showVerdict } from './showing.js';

class Page {
  constructor(source) {
    this.source = source;
    this.bundle = null;
    this.verdict = null;
    this.failure = null;
    this.language = (navigator.language ?? '').startsWith('uk') ? 'uk' : 'en';
  }

  start() {
    for (const language of languages) this.on(`language-${language}`, 'click', () => this.speak(language));
    this.on('bundle', 'change', ({ target }) => this.take(target.files[0]));
    this.on('check', 'click', () => this.check());
    this.on('print', 'click', () => window.print());
    for (const id of ['policy', 'tsa']) this.on(`${id}-file`, 'change', ({ target }) => this.fill(id, target.files[0]));
    this.takeDrops();
    this.speak(this.language);
  }

  element(id) {
    return document.getElementById(id);
  }

  on(id, event, action) {
    this.element(id).addEventListener(event, action);
  }

  takeDrops() {
    const zone = this.element('drop');
    for (const name of ['dragenter', 'dragover', 'dragleave', 'drop']) {
      document.addEventListener(name, (event) => {
        event.preventDefault();
        zone.classList.toggle('over', name === 'dragenter' || name === 'dragover');
      });
    }
    document.addEventListener('drop', ({ dataTransfer }) => this.sort([...dataTransfer.files]));
  }

  // Puts each dropped file where it belongs, by its name.
  async sort(files) {
    for (const file of files) {
      if (/\.receipt$/.test(file.name)) this.receipts = [...(this.receipts ?? []), file];
      else if (/\.(pem|crt)$/.test(file.name)) await this.fill('tsa', file);
      else if (/\.(policy|txt)$/.test(file.name)) await this.fill('policy', file);
      else this.take(file);
    }
  }

  take(file) {
    this.bundle = file ?? null;
    this.element('chosen').textContent = file ? `${file.name} (${file.size.toLocaleString(this.language)} B)` : '';
    this.element('check').disabled = !file;
  }

  async fill(id, file) {
    if (file) this.element(id).value = await file.text();
  }

  // What the reader gave beside the bundle; null and a word to the reader where it is not of its form.
  async options() {
    const bytes = (text) => (text.trim() === '' ? null : new TextEncoder().encode(text.endsWith('\n') ? text : `${text}\n`));
    const receipts = [...(this.receipts ?? []), ...this.element('receipts').files];
    const tsa = bytes(this.element('tsa').value);
    const ledger = this.element('ledger').value.trim();
    const persons = new Map();
    for (const line of this.element('persons').value.split('\n').map((one) => one.trim()).filter(Boolean)) {
      const [person, key] = line.split('=');
      if (!fits('stream', person) || !fits('hash', key)) return null;
      persons.set(person, (persons.get(person) ?? new Set()).add(key));
    }
    if (ledger !== '' && !fits('hash', ledger)) return null;
    return {
      policy: bytes(this.element('policy').value), tsaRoots: tsa ? [tsa] : [], persons, ledger: ledger || null, file: this.element('loose').files[0] ?? null,
      log: this.log(),
      receipts: await Promise.all(receipts.map(async (file) => new Uint8Array(await file.slice(0, 2 << 20).arrayBuffer()))),
    };
  }

  // The chosen folder of a log, by path below it; null where none was chosen.
  log() {
    const files = [...this.element('log').files].map((file) => [file.webkitRelativePath.split('/').slice(1).join('/'), file]);
    return files.length > 0 ? new Map(files) : null;
  }

  async check() {
    const options = await this.options();
    this.verdict = null;
    this.failure = options ? null : { code: 'page.pins' };
    this.show();
    if (!options) return;
    this.element('check').disabled = true;
    this.element('working').hidden = false;
    const answer = await runCheck(this.source, { blob: this.bundle, options }, (progress) => this.tell(progress));
    this.element('working').hidden = true;
    this.element('check').disabled = false;
    this.verdict = answer.verdict ?? null;
    if (answer.refused) this.failure = { code: 'page.unreadable', detail: answer.refused };
    if (answer.fault) this.failure = { code: 'page.fault', detail: answer.fault };
    this.show();
    this.element('result').focus();
  }

  tell({ step, done, all }) {
    const bar = this.element('bar');
    bar.max = all || 1;
    bar.value = done;
    this.element('step').textContent = sentence(`page.step.${step}`, this.language);
  }

  speak(language) {
    this.language = language;
    document.documentElement.lang = language;
    document.title = sentence('page.title', language);
    for (const element of document.querySelectorAll('[data-text]')) element.textContent = sentence(element.dataset.text, language);
    for (const one of languages) this.element(`language-${one}`).setAttribute('aria-pressed', String(one === language));
    this.show();
  }

  show() {
    const result = this.element('result');
    result.hidden = !this.verdict && !this.failure;
    this.element('print').hidden = !this.verdict;
    result.replaceChildren();
    if (this.failure) {
      const text = document.createElement('p');
      text.className = 'banner unreadable';
      text.textContent = [sentence(this.failure.code, this.language), this.failure.detail].filter(Boolean).join(' ');
      result.append(text);
    }
    if (this.verdict) showVerdict(result, this.verdict, this.language, this.bundle?.name ?? '');
  }
}

export function startPage(source) {
  new Page(source).start();
}
