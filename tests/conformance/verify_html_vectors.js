// Vectors of single formats, put to the modules of verify.html that a test left in `custody`.
globalThis.vectors = (() => {
  const { readCanonical, canonical, fromBase64, toBase64Url, fits, sha256, utf8, hexOf, bytesOfHex } = custody;

  function outcome(read, good) {
    try {
      return read() ?? good;
    } catch (error) {
      return error.name === 'Refusal' ? 'refused' : String(error);
    }
  }

  async function messageOutcome(one) {
    const key = custody.readKey(one.key);
    return custody.judgeSignature(one.algorithm, key, fromBase64(one.message), fromBase64(one.signature));
  }

  // [name, expected, actual] of every single value that is read otherwise than its vector says.
  async function singleFormats({ canonical: texts, strings, commitments, keys, messages }) {
    const told = [];
    for (const one of texts) told.push([one.name, one.verdict, outcome(() => void readCanonical(fromBase64(one.bytes)), 'canonical')]);
    for (const one of strings) told.push([one.text, one.verdict, fits(one.grammar, one.text) ? 'fits' : 'refused']);
    for (const one of commitments) {
      const hash = sha256(utf8('custody-disclosure/1\n'), canonical(one.disclosure));
      told.push(['commitment', one.commitment, toBase64Url(hash)]);
    }
    for (const one of keys) {
      const judge = () => {
        const key = custody.readKey(one.key);
        return custody.isWeak(key.algorithm, key.spki) ? 'weak' : 'sound';
      };
      told.push([one.name, one.verdict, outcome(judge)]);
    }
    for (const one of messages) told.push([one.name, 'good', await messageOutcome(one)]);
    return told.filter(([, expected, actual]) => expected !== actual);
  }

  function keyVerdicts(keys) {
    return keys.map(([algorithm, spki]) => outcome(() => (custody.isWeak(algorithm, bytesOfHex(spki)) ? 'weak' : 'sound')));
  }

  // [question, code, entries, weight] of all that is found in a ledger: its entries with their disclosures.
  async function replay({ entries, disclosures }) {
    const read = entries.map((line, index) => Object.assign(custody.readEntry(utf8(line)), { index }));
    read.forEach((entry, i) => {
      for (const one of disclosures[i]) {
        if (!custody.opens(entry, one)) throw new Error(`a disclosure of entry ${i}`);
        entry.values.set(one[1], one[2]);
      }
    });
    await custody.verifySignatures(read);
    const findings = new custody.Findings();
    const rootAt = (size) => (size > read.length ? undefined : custody.rootOf(read.slice(0, size).map((entry) => entry.leaf)));
    new custody.Replay(findings, { given: null, ledger: hexOf(sha256(utf8(entries[0]))), rootAt }).judge(read);
    return custody.QUESTIONS.flatMap((question) =>
      [...findings.byQuestion[question].findings.values()].map(({ code, entries: indexes, weight }) => [question, code, indexes, weight]),
    );
  }

  function pathOfRefusal(bytes) {
    try {
      custody.readEntry(fromBase64(bytes));
      return null;
    } catch (error) {
      return error.path;
    }
  }

  // Names of what does not hold of the worked example of ledger-v1.
  function tree({ entries, receipt }) {
    const leaves = entries.map((entry) => custody.leafHash(utf8(entry)));
    const { index, path, checkpoint } = custody.readReceipt(Uint8Array.from(receipt));
    const head = custody.readCheckpoint(checkpoint);
    const node = (from, to) => custody.rootOf(leaves.slice(from, to));
    const way = [node(2, 3), node(3, 4), node(0, 2), node(4, 7)];
    const held = {
      root: hexOf(custody.rootOf(leaves)) === hexOf(head.root),
      inclusion: custody.isIncluded(leaves[index], index, head.size, path, head.root),
      'another leaf': !custody.isIncluded(leaves[0], index, head.size, path, head.root),
      consistency: custody.isConsistent(3, node(0, 3), 7, head.root, way),
      'another beginning': !custody.isConsistent(3, node(0, 2), 7, head.root, way),
    };
    return Object.keys(held).filter((name) => !held[name]);
  }

  // [algorithm, length] of texts of which our digest is not the browser's.
  async function digests() {
    const wrong = [];
    const bytes = crypto.getRandomValues(new Uint8Array(600));
    for (let length = 0; length <= bytes.length; length += 1) {
      const text = bytes.subarray(0, length);
      const cut = Math.floor(length / 3);
      for (const [name, Own] of [['SHA-256', custody.Sha256], ['SHA-512', custody.Sha512]]) {
        const own = new Own().update(text.subarray(0, cut)).update(text.subarray(cut)).digest();
        const theirs = new Uint8Array(await crypto.subtle.digest(name, text));
        if (hexOf(own) !== hexOf(theirs)) wrong.push([name, length]);
      }
    }
    return wrong;
  }

  // The exit statuses of the bundle with one bit turned, for `count` bits spread over it.
  async function turned({ zip, policy, count }) {
    const exits = new Set();
    for (let i = 0; i < count; i += 1) {
      const bytes = Uint8Array.from(zip);
      const bit = Math.min(Math.floor((i * bytes.length * 8) / count) + (i % 7), bytes.length * 8 - 1);
      bytes[bit >> 3] ^= 1 << (bit & 7);
      try {
        exits.add((await custody.checkBundle(new Blob([bytes]), { policy: Uint8Array.from(policy) })).exit);
      } catch (error) {
        exits.add(error.name === 'Refusal' ? 2 : String(error));
      }
    }
    return [...exits].sort();
  }

  // Answers about a bundle in a browser that has no Ed25519.
  async function withoutEd25519({ zip, policy }) {
    const { importKey } = SubtleCrypto.prototype;
    SubtleCrypto.prototype.importKey = function refusing(format, bytes, algorithm, ...rest) {
      if (algorithm.name === 'Ed25519') return Promise.reject(new DOMException('no such algorithm', 'NotSupportedError'));
      return importKey.call(this, format, bytes, algorithm, ...rest);
    };
    const { exit, questions } = await custody.checkBundle(new Blob([Uint8Array.from(zip)]), { policy: Uint8Array.from(policy) });
    return [exit, ...['integrity', 'authorship', 'order'].map((question) => questions[question].answer)];
  }

  const bytesOf = (text) => (text === null ? null : Uint8Array.from(atob(text), (one) => one.charCodeAt(0)));

  // What each mutant's verdict is; bytes are given in base64.
  async function verdicts(mutants) {
    const found = [];
    for (const { zip, trust, tsa, log, receipts, persons, ledger, file } of mutants) {
      const pins = new Map();
      for (const [person, key] of persons) pins.set(person, (pins.get(person) ?? new Set()).add(key));
      const options = {
        policy: bytesOf(trust), tsaRoots: tsa === null ? [] : [bytesOf(tsa)], receipts: receipts.map(bytesOf), persons: pins, ledger,
        file: file === null ? null : new Blob([bytesOf(file)]),
        log: log === null ? null : new Map(Object.entries(log).map(([path, bytes]) => [path, new Blob([bytesOf(bytes)])])),
      };
      try {
        const { story, ...verdict } = await custody.checkBundle(new Blob([bytesOf(zip)]), options);
        found.push(verdict);
      } catch (error) {
        found.push(error.name === 'Refusal' ? { exit: 2, words: error.message } : { exit: `${error.stack}` });
      }
    }
    return found;
  }

  return { verdicts, withoutEd25519, singleFormats, keyVerdicts, replay, pathOfRefusal, tree, digests, turned };
})();
