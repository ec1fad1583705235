// Rules of the ledger's and the persons' streams, in their order (acts-v1, 3 and 4).
import { demandPerson } from './authority.js';
import { fromBase64 } from './base64.js';
import { rule } from './breaking.js';
import { fingerprintOf, isWeak } from './keys.js';

const carried = (...keys) => keys.filter((key) => key !== null).map((key) => ({ ...key, bytes: fromBase64(key.spki) }));
const printsOf = (keys) => keys.map((key) => fingerprintOf(key.bytes));
const areStrong = (keys) => keys.every((key) => !isWeak(key.algorithm, key.bytes));
const isOneself = (act) => act.actor.person === act.stream;

// Keys that an act carries are new and strong.
function ruleKeys(state, act, ...keys) {
  const read = carried(...keys);
  const prints = printsOf(read);
  const own = state.persons.get(act.actor.person).keys;
  rule(new Set(prints).size === prints.length && !prints.some((print) => own.has(print)), 'key.known');
  rule(areStrong(read), 'key.weak');
}

function byAdministrator(state, act) {
  rule(state.isAdministrator(act.actor.person), 'role.administrator');
  rule(!isOneself(act), 'person.not-oneself');
  return demandPerson(state, act.stream);
}

function byEither(state, act) {
  rule(isOneself(act) || state.isAdministrator(act.actor.person), 'person.oneself-or-administrator');
  return demandPerson(state, act.stream);
}

export function founded(state, { act, index }) {
  rule(index === 0 && state.ledger === null, 'ledger.founded-once');
  rule(act.ledger === null && act.seen === null, 'act.other-ledger');
  const { founder, service, log, origin } = act.public;
  const keys = carried(founder.key, founder.session_key, service.key);
  const prints = printsOf(keys);
  rule(act.actor.person === founder.person && act.actor.key === prints[0], 'ledger.founder-signs');
  rule(founder.person !== service.person && new Set(prints).size === prints.length, 'ledger.founder-apart');
  rule(log.every((vkey) => vkey.split('+')[0] === origin), 'ledger.log-name');
  rule(areStrong(keys), 'key.weak');
}

function clockCorrected(state, { act }) {
  rule(state.isAdministrator(act.actor.person), 'role.administrator');
  rule(act.stream === state.ledgerStream, 'act.wrong-stream');
}

function enrolled(state, { act }) {
  rule(state.isAdministrator(act.actor.person), 'role.administrator');
  rule(!state.person(act.stream), 'person.already-enrolled');
  ruleKeys(state, act, act.public.key, act.public.session_key);
}

function confirmed(state, { act }) {
  rule(isOneself(act), 'person.only-oneself');
  const key = state.persons.get(act.actor.person).keys.get(act.actor.key);
  rule(act.public.key === act.actor.key && !key.confirmed, 'key.not-awaiting');
}

function keyAdded(state, { act }) {
  rule(isOneself(act), 'person.only-oneself');
  rule((act.public.proof === null) === (act.public.key.use === 'act'), 'key.proof');
  ruleKeys(state, act, act.public.key);
}

function keyRevoked(state, { act }) {
  const person = byEither(state, act);
  const key = person.keys.get(act.public.key);
  rule(key, 'key.not-theirs');
  rule(!key.ended, 'key.already-ended');
  const another = [...person.keys.values()].some((one) => one !== key && one.use === 'act' && one.confirmed && !one.ended);
  rule(!isOneself(act) || !state.isAdministrator(act.actor.person) || another, 'key.last');
}

function recoveryProposed(state, { act }) {
  byAdministrator(state, act);
  ruleKeys(state, act, act.public.key, act.public.session_key);
}

function recoveryApproved(state, { act }) {
  const proposal = byAdministrator(state, act).proposals.get(act.public.proposal);
  rule(proposal, 'recovery.unknown');
  rule(!proposal.approved, 'recovery.already-approved');
  rule(proposal.by !== act.actor.person, 'recovery.second-administrator');
}

function roleGranted(state, { act }) {
  const person = byAdministrator(state, act);
  rule(!person.roles.has('service'), 'role.service');
  rule(!person.roles.has(act.public.role), 'role.already-held');
}

export const PERSON_RULES = {
  'ledger.clock-corrected.v1': clockCorrected,
  'person.enrolled.v1': enrolled,
  'person.confirmed.v1': confirmed,
  'person.key-added.v1': keyAdded,
  'person.key-revoked.v1': keyRevoked,
  'person.recovery-proposed.v1': recoveryProposed,
  'person.recovery-approved.v1': recoveryApproved,
  'person.role-granted.v1': roleGranted,
  'person.role-withdrawn.v1': (state, { act }) => rule(byAdministrator(state, act).roles.has(act.public.role), 'role.not-held'),
  'person.deactivated.v1': (state, { act }) => rule(byAdministrator(state, act).active, 'person.already-inactive'),
  'person.reactivated.v1': (state, { act }) => rule(!byAdministrator(state, act).active, 'person.already-active'),
  'person.amended.v1': (state, { act }) => void byEither(state, act),
};
