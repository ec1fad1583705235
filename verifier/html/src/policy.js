// Trust: a policy of logs, witnesses and a quorum, and what it says of a checkpoint (log-v1, 8).
import { textOf } from './bytes.js';
import { cosigned, readVkey } from './notes.js';
import { demand, Refusal } from './refusal.js';
import { judgeSignature } from './signatures.js';
import { fingerprintOf } from './keys.js';
import { utf8 } from './bytes.js';

const ALLOWED = /^[\t\n\x20-\x7e\u0080-\u{10ffff}]*$/u;
const LIMIT = 100;
const LAST_TIME = 253370764800n; // the year 9999: later ones are no calendar times

class PolicyReader {
  constructor() {
    this.logs = [];
    this.witnesses = [];
    this.groups = new Map();
    this.members = new Set();
    this.quorum = null;
  }

  take(words) {
    const [kind, ...rest] = words;
    demand(this.quorum === null || kind !== 'quorum', 'two quorums');
    if (kind === 'log') this.takeLog(rest);
    else if (kind === 'witness') this.takeWitness(rest);
    else if (kind === 'group') this.takeGroup(rest);
    else if (kind === 'quorum') this.takeQuorum(rest);
    else throw new Refusal('an unknown line', kind);
  }

  takeLog(words) {
    demand(words.length === 1 || words.length === 2, 'not a log line');
    const key = readVkey(words[0], [1, 6]);
    this.demandNewKey(key, this.logs);
    this.logs.push(key);
    demand(this.logs.length <= LIMIT, 'too many logs');
  }

  takeWitness(words) {
    demand(words.length === 2 || words.length === 3, 'not a witness line');
    const key = readVkey(words[1], [4, 6]);
    this.demandNewKey(key, this.witnesses);
    this.demandNewName(words[0]);
    this.witnesses.push({ ...key, label: words[0] });
    demand(this.witnesses.length <= LIMIT, 'too many witnesses');
  }

  takeGroup(words) {
    const [name, threshold, ...members] = words;
    demand(members.length >= 1, 'a group without members');
    this.demandNewName(name);
    for (const member of members) {
      demand(this.isKnown(member), 'a name that no earlier line has', member);
      demand(!this.members.has(member), 'a member twice', member);
      this.members.add(member);
    }
    const needed = threshold === 'all' ? members.length : threshold === 'any' ? 1 : Number(threshold);
    demand(threshold === 'all' || threshold === 'any' || /^[1-9][0-9]{0,3}$/.test(threshold), 'not a threshold');
    demand(needed <= members.length, 'a threshold above the number of members');
    this.groups.set(name, { needed, members });
    demand(this.groups.size <= LIMIT, 'too many groups');
  }

  takeQuorum(words) {
    demand(words.length === 1 && (words[0] === 'none' || this.isKnown(words[0])), 'not a quorum');
    [this.quorum] = words;
  }

  isKnown(name) {
    return this.groups.has(name) || this.witnesses.some((witness) => witness.label === name);
  }

  demandNewName(name) {
    demand(name !== 'none' && !this.isKnown(name), 'a name twice', name);
  }

  demandNewKey(key, others) {
    const same = (other) => other.text.split('+').slice(2).join('+') === key.text.split('+').slice(2).join('+');
    demand(!others.some(same), 'a public key twice', key.name);
  }
}

// Logs, witnesses, groups and quorum of a policy; refuses what is not of log-v1, 8.
export function readPolicy(bytes) {
  let text;
  try {
    text = textOf(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw new Refusal('not UTF-8', 'policy');
    throw error;
  }
  demand(ALLOWED.test(text), 'a character that a policy may not have', 'policy');
  demand(text.endsWith('\n'), 'a last line without newline', 'policy');
  const reader = new PolicyReader();
  for (const line of text.split('\n')) {
    const words = line.split(/[ \t]+/).filter((word) => word !== '');
    if (words.length > 0 && !words[0].startsWith('#')) reader.take(words);
  }
  demand(reader.quorum !== null, 'no quorum', 'policy');
  demand(reader.logs.length > 0, 'no log', 'policy');
  return reader;
}

function isOf(line, key) {
  return line.name === key.name && line.id === key.id;
}

async function judgeLine(line, key, text) {
  const held = { spki: key.spki, fingerprint: fingerprintOf(key.spki) };
  if (key.type === 1) return judgeSignature('ed25519', held, utf8(text), line.signature);
  const cosignature = cosigned(line, text);
  if (cosignature === null) return 'refused';
  return judgeSignature('ed25519', held, cosignature.message, cosignature.signature);
}

function isMet(policy, name, counted) {
  const group = policy.groups.get(name);
  if (!group) return counted.has(name);
  return group.members.filter((member) => isMet(policy, member, counted)).length >= group.needed;
}

// What the policy says of a checkpoint: signed, counted, missing and not judged witnesses, good cosignatures' times.
export async function judgeCheckpoint(policy, checkpoint) {
  const said = { signed: false, failed: false, unsupported: false, counted: new Set(), notJudged: new Set(), latest: new Map() };
  for (const line of checkpoint.lines) {
    for (const key of policy.logs.filter((log) => isOf(line, log) && log.type === 1 && log.name === checkpoint.origin)) {
      await judgeLogLine(said, line, key, checkpoint);
    }
    for (const key of policy.witnesses.filter((witness) => isOf(line, witness))) {
      await judgeWitnessLine(said, line, key, checkpoint);
    }
  }
  said.times = [...said.latest.values()].filter((time) => time < LAST_TIME).map((time) => time * 1000000n);
  said.missing = policy.witnesses.map((key) => key.label).filter((name) => !said.counted.has(name) && !said.notJudged.has(name));
  said.good = said.signed && !said.failed;
  said.met = policy.quorum === 'none' || isMet(policy, policy.quorum, said.counted);
  said.couldBeMet = said.met || isMet(policy, policy.quorum, new Set([...said.counted, ...said.notJudged]));
  return said;
}

async function judgeLogLine(said, line, key, checkpoint) {
  const answer = await judgeLine(line, key, checkpoint.text);
  if (answer === 'unsupported') said.unsupported = true;
  else if (answer === 'good') Object.assign(said, { signed: true, logKey: key });
  else if (answer === 'refused') said.failed = true;
}

const latestOf = (one, other) => (one === undefined || other > one ? other : one);

async function judgeWitnessLine(said, line, key, checkpoint) {
  if (key.type === 6) {
    said.notJudged.add(key.label);
    return;
  }
  const answer = await judgeLine(line, key, checkpoint.text);
  if (answer === 'refused') said.failed = true;
  if (answer !== 'good') return;
  said.counted.add(key.label);
  said.latest.set(key.label, latestOf(said.latest.get(key.label), cosigned(line, checkpoint.text).time));
}
