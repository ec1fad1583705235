// The checks of a bundle, in the order of verdict-v1, 3, and the verdict that follows.
import { judgeAnchors, judgeBrackets } from './anchors.js';
import { demandNeeded, judgeBag } from './bag.js';
import { judgeBatches } from './batches.js';
import { hexOf, sameBytes, utf8 } from './bytes.js';
import { readRoots } from './certificates.js';
import { canonical } from './canonical.js';
import { fileMember } from './catalogue.js';
import { judgeCompleteness, scopeOf, sealingOf, streamsOf } from './completeness.js';
import { judgeExhibit } from './continuity.js';
import { opens } from './entries.js';
import { judgeFiles, judgeLooseFile, recordedFiles } from './files.js';
import { digestsOf, sha256Of } from './hashing.js';
import { judgeLog, judgeScan } from './log.js';
import { isIncluded, leafHash } from './merkle.js';
import { judgeCheckpoint, readPolicy } from './policy.js';
import { isIssue, judgeReceipt } from './receipts.js';
import { readRecords } from './records.js';
import { Replay } from './replay.js';
import { Source } from './source.js';
import { judgeToken } from './tokens.js';
import { exitOf, Findings, QUESTIONS } from './verdict.js';
import { verifySignatures } from './witnessing.js';
import { readZip } from './zip.js';

const MOST_IN_NOTE = 1000000;
const MOST_IN_TOKEN = 65536;

class BundleCheck {
  // options: policy (bytes or null), tsaRoots (list of bytes of PEM files), receipts (list of bytes), persons (Map of person to set of fingerprints), ledger (hex or null),
  // file (blob or null), log (Map of path to blob, or null); told({step, done, all}) is called as the work goes on.
  constructor(blob, options, told) {
    this.source = new Source(blob);
    this.options = options;
    this.told = told;
    this.findings = new Findings();
  }

  async run() {
    this.policy = this.options.policy ? readPolicy(this.options.policy) : null;
    this.roots = this.options.tsaRoots.length > 0 ? this.options.tsaRoots.flatMap(readRoots) : null;
    this.zip = await readZip(this.source); // (1) the directory and every header
    demandNeeded(this.zip.files);
    const read = (name) => this.source.bytesOfBlob(this.zip.files.get(name).begin, this.zip.files.get(name).size);
    this.read = read;
    this.records = await readRecords(read, this.zip.files); // (2) the records
    this.entries = this.records.entries.filter(Boolean);
    await this.measure(); // (3) every byte once
    await judgeBag(this.findings, this.zip.files, this.measured, read, this.records.facts);
    await this.judgeTrust(); // (4) the checkpoint under the reader's policy
    this.judgeProofs(); // (5) every entry in the tree, every disclosure
    this.anchors = await judgeAnchors(this.findings, this.policy, this.records, this.zip.files.keys(), (name) => this.short(name));
    this.log = await this.judgeLog();
    await this.judgeEntries(); // (6) order, authorship, time, continuity
    await this.judgeScope(); // (7) completeness, files
    await this.judgeReceipts(); // (8) what is handed over beside it
    await this.judgeTime();
    return this.verdict();
  }

  // The bytes of a note or a token; null where it is longer than one may be.
  async short(name) {
    return this.zip.files.get(name).size <= (name.endsWith('.tsr') ? MOST_IN_TOKEN : MOST_IN_NOTE) ? this.read(name) : null;
  }

  async judgeLog() {
    const { records, options } = this;
    this.leaves = new Map(records.proofs.map(({ index }, i) => [index, hexOf(leafHash(records.lines[i]))]));
    if (!options.log) return null;
    return judgeLog(this.findings, this.policy, options.log, { checkpoint: records.checkpoint, at: records.facts.at, here: this.leaves });
  }

  async measure() {
    const { files } = this.zip;
    const all = [...files.values()].reduce((sum, file) => sum + file.size, 0);
    this.measured = new Map();
    this.findings.count('integrity', files.size);
    if (this.zip.different.length > 0) this.findings.fail('integrity', 'zip.profile', [], this.zip.different.slice(0, 5).join(', '));
    let done = 0;
    const told = (bytes) => {
      done += bytes;
      this.told({ step: 'files', done, all });
    };
    for (const file of files.values()) this.measured.set(file.name, await digestsOf(this.source, file.begin, file.size, told));
    const other = [...files.values()].filter((file) => this.measured.get(file.name).crc !== file.crc);
    if (other.length > 0) this.findings.fail('integrity', 'zip.crc', [], other.slice(0, 5).map((file) => file.name).join(', '));
  }

  async judgeTrust() {
    this.findings.count('order');
    this.findings.count('integrity');
    if (!this.policy) {
      this.findings.notChecked(['integrity', 'authorship', 'order'], 'trust.none');
      return;
    }
    this.said = await judgeCheckpoint(this.policy, this.records.checkpoint);
    if (this.said.unsupported) this.findings.notChecked(['integrity', 'order'], 'signature.unsupported');
    else if (!this.said.good) this.findings.fail(['integrity', 'order'], 'checkpoint.refused');
    if (!this.said.good) return;
    if (!this.said.met && this.said.couldBeMet) this.findings.notChecked('order', 'checkpoint.quorum');
    else if (!this.said.met) this.findings.fail('order', 'checkpoint.quorum');
  }

  judgeProofs() {
    const { records, findings } = this;
    const { size, root } = records.checkpoint;
    const byIndex = new Map(this.entries.map((entry) => [entry.index, entry]));
    findings.count('integrity', records.entries.length + records.disclosures.length);
    records.entries.forEach((entry, i) => {
      const { index, path } = records.proofs[i];
      if (!entry) findings.fail('integrity', 'entry.unreadable', [index]);
      if (!isIncluded(entry?.leaf ?? leafHash(records.lines[i]), index, size, path, root)) findings.fail(['integrity', 'order'], 'entry.proof', [index]);
    });
    const unreadable = new Set(records.proofs.filter((proof, i) => !records.entries[i]).map(({ index }) => index));
    for (const { index, disclosures } of records.disclosures) {
      const entry = byIndex.get(index);
      for (const disclosure of unreadable.has(index) ? [] : disclosures) {
        entry?.shown.add(disclosure[1]);
        if (!entry || !opens(entry, disclosure)) findings.fail('integrity', 'disclosure.altered', [index]);
        else entry.values.set(disclosure[1], disclosure[2]);
      }
    }
    const withheld = this.entries.filter((entry) => Object.keys(entry.act.body).some((name) => !entry.shown.has(name)));
    if (withheld.length > 0) findings.note('integrity', 'disclosure.withheld', withheld.map((entry) => entry.index));
  }

  knownRoots() {
    const { size, root } = this.records.checkpoint;
    const seen = new Set(this.entries.map((entry) => entry.act.seen?.size));
    const logged = this.log ? this.log.rootsAt(seen) : [];
    return new Map([...logged, [size, root], ...this.anchors.map((anchor) => [anchor.size, anchor.root])]);
  }

  async judgeEntries() {
    const { entries, findings, records } = this;
    await verifySignatures(entries, (done, all) => this.told({ step: 'signatures', done, all }));
    const roots = this.knownRoots();
    const given = new Set([...records.heads.map((head) => head.stream), records.facts.bundle]);
    this.state = new Replay(findings, { given, rootAt: (size) => roots.get(size) }).judge(entries);
    this.ledger = this.state.ledger;
    judgeBatches(findings, entries);
    this.judgeLedger(entries[0]?.index === 0 ? entries[0] : null);
    for (const [stream, list] of streamsOf(entries)) if (stream.startsWith('exhibit/')) judgeExhibit(findings, list);
    this.judgePersons();
  }

  judgeLedger(first) {
    if (!first) return;
    const { ledger: pinned } = this.options;
    const { origin, log } = first.act.public;
    const named = Array.isArray(log) ? log : [];
    const strange = this.policy !== null && !this.policy.logs.some((key) => key.type === 1 && named.includes(key.text));
    const other = (pinned && pinned !== this.ledger) || origin !== this.records.checkpoint.origin || strange;
    this.findings.count('order');
    if (other) this.findings.fail('order', 'ledger.other', [0]);
  }

  judgePersons() {
    const { findings, entries, state } = this;
    for (const [person, keys] of this.options.persons) {
      const others = entries.filter(({ act }) => act.actor.person === person && !keys.has(act.actor.key)).map(({ index }) => index);
      if (others.length > 0) findings.fail('authorship', 'person.pin', others, person);
    }
    for (const person of new Set(entries.map((entry) => entry.act.actor.person))) {
      if (state.persons.has(person)) findings.note('authorship', 'person.word', [state.persons.get(person).word], person);
    }
  }

  async judgeScope() {
    const { findings, records, entries } = this;
    this.sealing = sealingOf(records);
    this.scope = scopeOf(entries, this.sealing);
    const held = { persons: this.state.persons, headsBytes: await this.read('data/heads.jsonl') };
    this.streams = judgeCompleteness(findings, records, this.sealing, this.scope, held);
    if (this.log) judgeScan(findings, this.log, { streams: this.streams, caseStream: this.scope.case });
    if (!this.isAsTold()) findings.fail('integrity', 'bundle.facts');
    this.recorded = recordedFiles(entries, this.scope.exhibits);
    judgeFiles(findings, this.recorded, this.measured);
    if (this.options.file) judgeLooseFile(findings, this.recorded, await digestsOf(new Source(this.options.file), 0, this.options.file.size));
  }

  // Every member of bundle.json, computed again (bundle-v1, 4), is what stands there.
  isAsTold() {
    const { seal, at } = this.sealing;
    if (!seal || this.scope.given === null || this.ledger === null) return false;
    const again = {
      at, bundle: this.zip.folder.replace('bundle-', 'bundle/'), exhibits: this.scope.exhibits, format: 'custody-bundle/1', ledger: this.ledger,
      made_at: seal.recorded_at, origin: this.records.checkpoint.origin, scope: this.scope.given, withheld: this.withheldCounts(),
    };
    return sameBytes(canonical(this.records.facts), canonical(again));
  }

  withheldCounts() {
    const counts = new Map();
    for (const entry of this.entries) {
      for (const name of Object.keys(entry.act.body).filter((one) => !entry.shown.has(one))) {
        const member = fileMember(name);
        const shown = member ? `files/${member.part}` : name;
        counts.set(shown, (counts.get(shown) ?? 0) + 1);
      }
    }
    return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  async judgeReceipts() {
    const { receipts } = this.options;
    if (receipts.length === 0) return;
    const zip = { size: this.source.size, sha256: receipts.some(isIssue) ? await this.wholeDigest() : null };
    const context = {
      persons: this.state.persons, seal: this.sealing.seal, zip, streams: this.streams, caseStream: this.scope.case, leaves: this.leaves,
      at: this.records.facts.at, bundle: this.records.facts.bundle, checkpoint: this.records.checkpoint,
    };
    for (const bytes of receipts) await judgeReceipt(this.findings, this.policy, bytes, context);
  }

  async wholeDigest() {
    let done = 0;
    return sha256Of(this.source, (bytes) => {
      done += bytes;
      this.told({ step: 'zip', done, all: this.source.size });
    });
  }

  // The good tokens as {size, times}; needs roots of the reader's.
  async judgeTokens() {
    const stamped = [];
    for (const { size, tokens, checkpoint } of this.anchors) {
      for (const token of this.roots ? tokens : []) {
        const bytes = await this.short(`data/anchors/${size}.${token}`);
        const { time, code } = bytes ? await judgeToken(bytes, utf8(checkpoint.text), this.roots) : { code: 'time.token-refused' };
        if (code === 'time.tsa-unknown') this.findings.note('time', code);
        else if (code) this.findings.fail('time', code);
        else stamped.push({ size, times: [time] });
      }
    }
    return stamped;
  }

  async judgeTime() {
    const stamped = await this.judgeTokens();
    const { facts, proofs } = this.records;
    const shown = proofs.map(({ index }) => index).filter((index) => index < facts.at);
    const judged = this.entries.filter((entry) => entry.act.stream !== facts.bundle);
    const last = { size: this.records.checkpoint.size, times: this.said?.times ?? [] };
    const cosigned = this.said?.good ? [...this.anchors, last] : this.anchors;
    this.brackets = judgeBrackets(this.findings, shown, judged, cosigned, stamped);
    const largest = stamped.reduce((size, one) => Math.max(size, one.size), 0);
    const open = judged.filter(({ index }) => index >= largest).map(({ index }) => index);
    this.findings.count('time', judged.length - open.length);
    if (!this.roots) this.findings.notChecked('time', 'time.not-vouched');
    else if (open.length > 0) this.findings.notChecked('time', 'time.not-vouched', open);
    this.stamped = this.roots !== null && open.length === 0;
  }

  grade() {
    if (!this.said?.good) return 'self-attested';
    if (this.said.met && this.policy.quorum !== 'none') return 'witnessed';
    return this.stamped ? 'time-stamped' : 'signed';
  }

  verdict() {
    const word = this.log ? 'checked' : 'attested';
    const bases = { integrity: 'checked', authorship: word, order: word, time: 'checked', continuity: word, files: 'checked' };
    const questions = Object.fromEntries(QUESTIONS.map((question) => [question, this.findings.answer(question, bases[question])]));
    const needless = [this.recorded.size === 0 ? 'files' : '', this.roots ? '' : 'time'];
    const required = this.options.require ?? QUESTIONS.filter((question) => !needless.includes(question)).sort();
    const { facts, checkpoint } = this.records;
    return {
      format: 'custody-verdict/1', grade: this.grade(), questions, brackets: this.brackets, exit: exitOf(questions, required), required,
      subject: {
        at: facts.at, bundle: facts.bundle, kind: 'bundle', ledger: this.ledger, made_at: facts.made_at, origin: checkpoint.origin, size: checkpoint.size,
      },
      witnesses: !this.said?.good ? null : {
        asked: this.policy.quorum, counted: [...this.said.counted].sort(), missing: this.said.missing.sort(), not_judged: [...this.said.notJudged].sort(),
      },
      story: this.story(),
    };
  }

  // For people: the entries with what is disclosed, and who is who.
  story() {
    const names = new Map();
    return this.entries.map((entry) => {
      const { act, index } = entry;
      if (entry.values.has('name')) names.set(act.stream, entry.values.get('name'));
      return {
        index, type: act.type, stream: act.stream, person: act.actor.person, name: names.get(act.actor.person) ?? null, occurred_at: act.occurred_at,
        recorded_at: entry.recorded_at, to: act.public.to ?? null, to_name: names.get(act.public.to) ?? null, title: entry.values.get('title') ?? null,
      };
    });
  }
}

// The verdict on a bundle, as JSON's object (verdict-v1, 7). Throws a Refusal where it cannot be read: exit status 2.
export async function checkBundle(blob, options = {}, told = () => {}) {
  const filled = { policy: null, receipts: [], persons: new Map(), ledger: null, file: null, log: null, require: null, tsaRoots: [], ...options };
  return new BundleCheck(blob, filled, told).run();
}
