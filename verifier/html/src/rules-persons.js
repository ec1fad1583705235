// Rules of the ledger's and the persons' streams (acts-v1, 3 and 4).
import { brokenAdministrator, brokenEnrolment } from './authority.js';
import { fromBase64 } from './base64.js';
import { fingerprintOf, isWeak } from './keys.js';

function carried(...keys) {
  return keys.filter((key) => key !== null).map((key) => ({ ...key, bytes: fromBase64(key.spki) }));
}

function brokenKeys(state, act, keys) {
  const read = carried(...keys);
  const prints = read.map((key) => fingerprintOf(key.bytes));
  const own = state.persons.get(act.actor.person)?.keys;
  const known = prints.some((print) => own?.has(print)) || new Set(prints).size < prints.length;
  return [known ? 'key.known' : null, read.some((key) => isWeak(key.algorithm, key.bytes)) ? 'key.weak' : null];
}

const notOneself = (act) => (act.actor.person === act.stream ? 'person.not-oneself' : null);
const onlyOneself = (act) => (act.actor.person === act.stream ? null : 'person.only-oneself');

function oneselfOrAdministrator(state, act) {
  return act.actor.person === act.stream || state.isAdministrator(act.actor.person) ? null : 'person.oneself-or-administrator';
}

// Rules for what an administrator does to another's stream.
function administered(more = () => []) {
  return (state, entry) => {
    const { act } = entry;
    const missing = brokenEnrolment(state, act.stream);
    const first = [missing, brokenAdministrator(state, act.actor.person), notOneself(act)];
    return missing ? first : [...first, ...more(state, state.persons.get(act.stream), act, entry)];
  };
}

function founded(state, entry) {
  const { founder, service, log, origin } = entry.act.public;
  const keys = carried(founder.key, founder.session_key, service.key);
  const prints = keys.map((key) => fingerprintOf(key.bytes));
  const signs = entry.act.actor.person === founder.person && entry.act.actor.key === prints[0];
  return [
    entry.index === 0 ? null : 'ledger.founded-once',
    signs ? null : 'ledger.founder-signs',
    founder.person !== service.person && new Set(prints).size === prints.length ? null : 'ledger.founder-apart',
    log.every((vkey) => vkey.split('+')[0] === origin) ? null : 'ledger.log-name',
    keys.some((key) => isWeak(key.algorithm, key.bytes)) ? 'key.weak' : null,
  ];
}

function clockCorrected(state, entry) {
  const newest = entry.before;
  const differs = newest && newest.index === entry.index - 1 && newest.recorded_at !== entry.act.public.previous_recorded_at;
  return [
    brokenAdministrator(state, entry.act.actor.person),
    state.ledger && state.ledger.stream !== entry.act.stream ? 'act.wrong-stream' : null,
    differs ? 'clock.correction' : null,
  ];
}

function enrolled(state, entry) {
  const { act } = entry;
  return [
    state.persons.has(act.stream) ? 'person.already-enrolled' : null,
    brokenAdministrator(state, act.actor.person),
    notOneself(act),
    ...brokenKeys(state, act, [act.public.key, act.public.session_key]),
  ];
}

function confirmed(state, entry) {
  const { act } = entry;
  const missing = brokenEnrolment(state, act.stream);
  if (missing) return [missing];
  const key = state.persons.get(act.stream).keys.get(act.public.key);
  const awaits = key?.use === 'act' && key.state === 'awaiting' && act.actor.key === act.public.key;
  return [onlyOneself(act), awaits ? null : 'key.not-awaiting'];
}

function keyAdded(state, entry) {
  const { act } = entry;
  const { key, proof } = act.public;
  return [
    brokenEnrolment(state, act.stream),
    onlyOneself(act),
    (key.use === 'session') === (proof !== null) ? null : 'key.proof',
    ...brokenKeys(state, act, [key]),
  ];
}

function keyRevoked(state, entry) {
  const { act } = entry;
  const missing = brokenEnrolment(state, act.stream);
  if (missing) return [missing];
  const { keys } = state.persons.get(act.stream);
  const key = keys.get(act.public.key);
  const good = [...keys.values()].filter((held) => held.use === 'act' && held.state === 'good');
  const last = act.actor.person === act.stream && state.isAdministrator(act.stream) && good.length === 1 && good[0] === key;
  return [
    oneselfOrAdministrator(state, act),
    key ? null : 'key.not-theirs',
    key?.state === 'ended' ? 'key.already-ended' : null,
    last ? 'key.last' : null,
  ];
}

function recoveryApproved(state, person, act) {
  const proposal = person.proposals.get(act.public.proposal);
  if (!proposal) return ['recovery.unknown'];
  return [
    proposal.by === act.actor.person ? 'recovery.second-administrator' : null,
    proposal.approved ? 'recovery.already-approved' : null,
  ];
}

function roleGranted(state, person, act) {
  if (state.isService(act.stream)) return ['role.service'];
  return [person.roles.has(act.public.role) ? 'role.already-held' : null];
}

export const PERSON_RULES = {
  'ledger.founded.v1': founded,
  'ledger.clock-corrected.v1': clockCorrected,
  'person.enrolled.v1': enrolled,
  'person.confirmed.v1': confirmed,
  'person.key-added.v1': keyAdded,
  'person.key-revoked.v1': keyRevoked,
  'person.recovery-proposed.v1': administered((state, person, act) => {
    const keys = [act.public.key, act.public.session_key];
    return brokenKeys(state, act, keys);
  }),
  'person.recovery-approved.v1': administered(recoveryApproved),
  'person.role-granted.v1': administered(roleGranted),
  'person.role-withdrawn.v1': administered((state, person, act) => [person.roles.has(act.public.role) ? null : 'role.not-held']),
  'person.deactivated.v1': administered((state, person) => [person.active ? null : 'person.already-inactive']),
  'person.reactivated.v1': administered((state, person) => [person.active ? 'person.already-active' : null]),
  'person.amended.v1': (state, entry) => [brokenEnrolment(state, entry.act.stream), oneselfOrAdministrator(state, entry.act)],
};
