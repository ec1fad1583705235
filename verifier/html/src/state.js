// What the entries so far have made of the ledger: persons, cases, exhibits, bundles (acts-v1, continuity-v1).
import { readKey } from './keys.js';

export class State {
  // given: the streams at hand where only some are, else null.
  constructor(given = null) {
    this.given = given;
    this.ledger = null;
    this.persons = new Map();
    this.cases = new Map();
    this.exhibits = new Map();
    this.bundles = new Map();
    this.begun = new Map();
  }

  // Whether a stream's absence says nothing, because only some streams are given.
  isNotGiven(stream) {
    return this.given !== null && !this.given.has(stream);
  }

  isAdministrator(person) {
    return this.persons.get(person)?.roles.has('administrator') ?? false;
  }

  isService(person) {
    return this.ledger?.service === person;
  }

  hasGoodKey(person) {
    return [...(this.persons.get(person)?.keys.values() ?? [])].some((key) => key.use === 'act' && key.state === 'good');
  }

  rolesIn(caseStream, person) {
    return this.cases.get(caseStream)?.members.get(person) ?? new Set();
  }

  // Takes the entry in, whatever was found. `formed`: its public members are of their type's form.
  fold(entry, formed) {
    const { act } = entry;
    if (!this.begun.has(act.stream)) this.begun.set(act.stream, []);
    this.begun.get(act.stream).push(entry);
    if (formed) FOLDS[act.type]?.(this, entry, act.public, act);
    const exhibit = this.exhibits.get(act.stream);
    if (exhibit && (exhibit.occurred === null || entry.occurred > exhibit.occurred)) exhibit.occurred = entry.occurred;
  }
}

function newPerson() {
  return { active: true, keys: new Map(), roles: new Set(), proposals: new Map() };
}

function personOf(state, stream) {
  if (!state.persons.has(stream)) state.persons.set(stream, newPerson());
  return state.persons.get(stream);
}

function addKey(person, key, keyState, companion = null) {
  if (key === null) return null;
  const read = readKey(key);
  if (!person.keys.has(read.fingerprint)) person.keys.set(read.fingerprint, { ...read, state: keyState, companion });
  return read.fingerprint;
}

function addAwaiting(person, { key, session_key: session }) {
  const companion = addKey(person, session, 'awaiting');
  addKey(person, key, 'awaiting', companion);
}

function onPerson(change) {
  return (state, entry, given, act) => {
    const person = state.persons.get(act.stream);
    if (person) change(person, given, entry);
  };
}

function onCase(change) {
  return (state, entry, given, act) => {
    const held = state.cases.get(act.stream);
    if (held) change(held, given, entry);
  };
}

function onExhibit(change) {
  return (state, entry, given, act) => {
    const exhibit = state.exhibits.get(act.stream);
    if (exhibit) change(exhibit, given, entry);
  };
}

function found(state, entry, given, act) {
  if (state.ledger) return;
  state.ledger = { stream: act.stream, service: given.service.person, founder: given.founder.person, origin: given.origin, log: given.log };
  const founder = personOf(state, given.founder.person);
  addKey(founder, given.founder.key, 'good');
  addKey(founder, given.founder.session_key, 'good');
  founder.roles.add('administrator');
  const service = personOf(state, given.service.person);
  addKey(service, given.service.key, 'good');
  service.roles.add('service');
}

function confirm(person, given) {
  const key = person.keys.get(given.key);
  if (key?.state !== 'awaiting') return;
  key.state = 'good';
  const companion = person.keys.get(key.companion);
  if (companion?.state === 'awaiting') companion.state = 'good';
}

function approve(person, given) {
  const proposal = person.proposals.get(given.proposal);
  if (!proposal || proposal.approved) return;
  proposal.approved = true;
  addAwaiting(person, proposal);
}

function addMember(held, given) {
  if (!held.members.has(given.person)) held.members.set(given.person, new Set());
  held.members.get(given.person).add(given.role);
}

function openCase(state, entry, given, act) {
  if (state.cases.has(act.stream)) return;
  state.cases.set(act.stream, { closed: false, members: new Map([[act.actor.person, new Set(['officer'])]]), ordinal: 0 });
}

function number(state, caseStream, entry) {
  const held = state.cases.get(caseStream);
  if (held && Object.hasOwn(entry.assigned, 'ordinal')) held.ordinal = entry.assigned.ordinal;
}

function receive(state, entry, given, act) {
  number(state, given.case, entry);
  if (state.exhibits.has(act.stream)) return;
  state.exhibits.set(act.stream, {
    kind: given.kind, case: given.case, files: given.files, collected: given.collected_at, custodian: act.actor.person, occurred: null, offer: null,
    inError: false, acts: new Map([[entry.actHash, { type: act.type, marked: false }]]),
  });
}

function mark(exhibit, given) {
  const marked = exhibit.acts.get(given.act);
  if (!marked) return;
  marked.marked = true;
  if (marked.type === 'exhibit.received.v1') exhibit.inError = true;
}

function correctCase(state, entry, given, act) {
  number(state, given.case, entry);
  const exhibit = state.exhibits.get(act.stream);
  if (exhibit) exhibit.case = given.case;
}

function remember(exhibit, given, entry) {
  exhibit.acts.set(entry.actHash, { type: entry.act.type, marked: false });
}

function accept(exhibit, given, entry) {
  exhibit.custodian = entry.act.actor.person;
  exhibit.offer = null;
}

function close(exhibit) {
  exhibit.offer = null;
}

function onBundle(name) {
  return (state, entry, given, act) => {
    const bundle = state.bundles.get(act.stream) ?? { request: null, seal: null, issues: [] };
    state.bundles.set(act.stream, bundle);
    if (name === 'issues') bundle.issues.push(entry);
    else bundle[name] ??= entry;
  };
}

const FOLDS = {
  'ledger.founded.v1': found,
  'person.enrolled.v1': (state, entry, given, act) => addAwaiting(personOf(state, act.stream), given),
  'person.confirmed.v1': onPerson(confirm),
  'person.key-added.v1': onPerson((person, given) => addKey(person, given.key, given.key.use === 'session' ? 'good' : 'awaiting')),
  'person.key-revoked.v1': onPerson((person, given) => {
    if (person.keys.has(given.key)) person.keys.get(given.key).state = 'ended';
  }),
  'person.recovery-proposed.v1': onPerson((person, given, entry) => {
    person.proposals.set(entry.actHash, { ...given, by: entry.act.actor.person, approved: false });
  }),
  'person.recovery-approved.v1': onPerson(approve),
  'person.role-granted.v1': onPerson((person, given) => person.roles.add(given.role)),
  'person.role-withdrawn.v1': onPerson((person, given) => person.roles.delete(given.role)),
  'person.deactivated.v1': onPerson((person) => Object.assign(person, { active: false })),
  'person.reactivated.v1': onPerson((person) => Object.assign(person, { active: true })),
  'case.opened.v1': openCase,
  'case.closed.v1': onCase((held) => Object.assign(held, { closed: true })),
  'case.reopened.v1': onCase((held) => Object.assign(held, { closed: false })),
  'case.member-added.v1': onCase(addMember),
  'case.member-removed.v1': onCase((held, given) => held.members.get(given.person)?.delete(given.role)),
  'exhibit.received.v1': receive,
  'exhibit.amended.v1': onExhibit(remember),
  'exhibit.moved.v1': onExhibit(remember),
  'exhibit.recorded-in-error.v1': onExhibit(mark),
  'exhibit.case-corrected.v1': correctCase,
  'transfer.offered.v1': onExhibit((exhibit, given, entry) => {
    exhibit.offer = { hash: entry.actHash, by: entry.act.actor.person, to: given.to };
  }),
  'transfer.accepted.v1': onExhibit(accept),
  'transfer.declined.v1': onExhibit(close),
  'transfer.withdrawn.v1': onExhibit(close),
  'bundle.requested.v1': onBundle('request'),
  'bundle.sealed.v1': onBundle('seal'),
  'bundle.issued.v1': onBundle('issues'),
};
