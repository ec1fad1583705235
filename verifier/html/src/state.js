// What the entries so far have made of the ledger: persons, cases, exhibits, bundles (acts-v1, continuity-v1).
import { recordedInstant } from './grammars.js';
import { readKey } from './keys.js';

// Members of a case, and whether it is closed; `ordinal`: the last number given in it.
class Case {
  constructor() {
    this.members = new Set();
    this.closed = false;
    this.ordinal = 0;
  }

  has(person, role) {
    return this.members.has(`${person} ${role}`);
  }

  add(person, role) {
    this.members.add(`${person} ${role}`);
  }

  remove(person, role) {
    this.members.delete(`${person} ${role}`);
  }

  count(role) {
    return [...this.members].filter((one) => one.endsWith(` ${role}`)).length;
  }
}

export class State {
  // given: the streams at hand where only some are, else null.
  constructor(given = null) {
    this.given = given;
    this.ledger = null;
    this.ledgerStream = null;
    this.persons = new Map();
    this.cases = new Map();
    this.exhibits = new Map();
    this.bundles = new Map();
    this.begun = new Set();
    this.asked = new Set();
  }

  person(name) {
    return this.look(this.persons, name);
  }

  case(name) {
    return this.look(this.cases, name);
  }

  exhibit(name) {
    return this.look(this.exhibits, name);
  }

  // What is known of a stream; of one that is not at hand it is remembered that it was asked for.
  look(map, name) {
    if (!map.has(name) && this.given !== null && !this.given.has(name)) this.asked.add(name);
    return map.get(name) ?? null;
  }

  isAdministrator(person) {
    return this.persons.get(person)?.roles.has('administrator') ?? false;
  }

  // The key of the actor's that an act names; null where the entries so far know none.
  keyOf({ actor }) {
    return this.persons.get(actor.person)?.keys.get(actor.key) ?? null;
  }

  // Takes the entry in, whatever was found. `formed`: its act is of its type's form.
  fold(entry, formed) {
    const { act, index } = entry;
    if (formed) FOLDS[act.type]?.(this, entry, act.public, act);
    const exhibit = formed ? this.exhibits.get(act.stream) : null;
    if (exhibit && entry.occurred > exhibit.occurred) exhibit.occurred = entry.occurred;
    this.begun.add(act.stream);
    if (index !== 0 || this.ledger !== null) return;
    this.ledger = entry.digest;
    this.ledgerStream = act.stream;
  }
}

function keysFor(first, session, confirmed) {
  const own = { ...readKey(first), confirmed, ended: false, since: null, companion: null };
  if (!session) return [own];
  return [own, { ...readKey(session), confirmed, ended: false, since: null, companion: own.fingerprint }];
}

function enrol(state, index, name, keys, roles) {
  if (state.persons.has(name)) return;
  const held = new Map(keys.map((key) => [key.fingerprint, key]));
  state.persons.set(name, { word: index, active: true, keys: held, roles: new Set(roles), proposals: new Map() });
}

function found(state, { index }, { founder, service }) {
  enrol(state, index, founder.person, keysFor(founder.key, founder.session_key, true), ['administrator']);
  enrol(state, index, service.person, keysFor(service.key, null, true), ['service']);
}

function on(map, change) {
  return (state, entry, given, act) => {
    const held = state[map].get(act.stream);
    if (held) change(held, given, entry);
  };
}

const onPerson = (change) => on('persons', change);
const onExhibit = (change) => on('exhibits', change);

const onCase = (change) => on('cases', change);

function open(state, entry, given, act) {
  if (state.cases.has(act.stream)) return;
  state.cases.set(act.stream, new Case());
  state.cases.get(act.stream).add(act.actor.person, 'officer');
}

function confirm(person, given) {
  for (const key of person.keys.values()) if (key.fingerprint === given.key || key.companion === given.key) key.confirmed = true;
}

function addKeys(person, keys) {
  for (const key of keys) if (!person.keys.has(key.fingerprint)) person.keys.set(key.fingerprint, key);
}

function revoke(person, given) {
  const key = person.keys.get(given.key);
  if (!key) return;
  key.ended = true;
  if (given.untrusted_since === null) return;
  const since = recordedInstant(given.untrusted_since);
  if (key.since === null || since < key.since) key.since = since;
}

function approve(person, given) {
  const proposal = person.proposals.get(given.proposal);
  if (!proposal) return;
  proposal.approved = true;
  addKeys(person, proposal.keys);
}

function propose(person, given, { act, actHash }) {
  person.proposals.set(actHash, { by: act.actor.person, approved: false, keys: keysFor(given.key, given.session_key, false) });
}

function receive(state, entry, given, act) {
  if (!state.exhibits.has(act.stream)) {
    state.exhibits.set(act.stream, {
      kind: given.kind, case: given.case, files: given.files, custodian: act.actor.person, occurred: entry.occurred, intake: entry.actHash, acts: new Set(),
      marked: new Set(), offer: null,
    });
  }
  const exhibit = state.exhibits.get(act.stream);
  exhibit.acts.add(entry.actHash);
}

function answer(exhibit, given) {
  if (exhibit.offer !== null && exhibit.offer.hash === given.offer) exhibit.offer = null;
}

function accept(exhibit, given, entry) {
  answer(exhibit, given);
  exhibit.custodian = entry.act.actor.person;
}

function request(state, entry, given, act) {
  if (state.bundles.has(act.stream)) return;
  state.bundles.set(act.stream, { request: entry.actHash, index: entry.index, scope: given, sealed: null, issues: new Set() });
}

const FOLDS = {
  'ledger.founded.v1': found,
  'person.enrolled.v1': (state, { index }, given, act) => enrol(state, index, act.stream, keysFor(given.key, given.session_key, false), []),
  'person.confirmed.v1': onPerson(confirm),
  'person.key-added.v1': onPerson((person, given) => addKeys(person, keysFor(given.key, null, given.key.use === 'session'))),
  'person.key-revoked.v1': onPerson(revoke),
  'person.recovery-proposed.v1': onPerson(propose),
  'person.recovery-approved.v1': onPerson(approve),
  'person.role-granted.v1': onPerson((person, given) => person.roles.add(given.role)),
  'person.role-withdrawn.v1': onPerson((person, given) => person.roles.delete(given.role)),
  'person.deactivated.v1': onPerson((person) => Object.assign(person, { active: false })),
  'person.reactivated.v1': onPerson((person) => Object.assign(person, { active: true })),
  'case.opened.v1': open,
  'case.closed.v1': onCase((held) => Object.assign(held, { closed: true })),
  'case.reopened.v1': onCase((held) => Object.assign(held, { closed: false })),
  'case.member-added.v1': onCase((held, given) => held.add(given.person, given.role)),
  'case.member-removed.v1': onCase((held, given) => held.remove(given.person, given.role)),
  'exhibit.received.v1': receive,
  'exhibit.amended.v1': onExhibit((exhibit, given, { actHash }) => exhibit.acts.add(actHash)),
  'exhibit.moved.v1': onExhibit((exhibit, given, { actHash }) => exhibit.acts.add(actHash)),
  'exhibit.recorded-in-error.v1': onExhibit((exhibit, given) => exhibit.marked.add(given.act)),
  'exhibit.case-corrected.v1': onExhibit((exhibit, given) => Object.assign(exhibit, { case: given.case })),
  'transfer.offered.v1': onExhibit((exhibit, given, entry) => {
    exhibit.offer = { hash: entry.actHash, by: entry.act.actor.person, to: given.to };
  }),
  'transfer.accepted.v1': onExhibit(accept),
  'transfer.declined.v1': onExhibit(answer),
  'transfer.withdrawn.v1': onExhibit(answer),
  'bundle.requested.v1': request,
  'bundle.sealed.v1': on('bundles', (bundle, given, { actHash }) => {
    bundle.sealed ??= actHash;
  }),
  'bundle.issued.v1': on('bundles', (bundle, given, { actHash }) => bundle.issues.add(actHash)),
};
