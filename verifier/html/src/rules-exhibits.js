// Rules of the streams of exhibits: intake, amendment, move, transfer (acts-v1, 6 and 7; continuity-v1, 2).
import { brokenCase, brokenEnrolment, brokenExhibit, brokenInCase } from './authority.js';
import { fileMember } from './catalogue.js';
import { claimedInstant } from './grammars.js';
import { worstOutcome } from './outcomes.js';

const PHYSICAL_ONLY = ['quantity', 'condition', 'identifiers', 'packaging', 'hazards'];
const HOLDERS = ['officer', 'custodian', 'prosecutor'];

function received(state, entry) {
  const { act } = entry;
  const given = act.public;
  const count = given.kind === 'digital' ? given.files.length >= 1 && given.files.length <= 250 : given.files.length === 0;
  const collected = given.collected_at === null ? null : claimedInstant(given.collected_at);
  return [
    brokenCase(state, given.case),
    brokenInCase(state, given.case, act.actor.person, ['officer', 'custodian']),
    state.cases.get(given.case)?.closed ? 'case.closed' : null,
    count ? null : 'exhibit.file-count',
    collected !== null && entry.occurred < collected ? 'continuity.before-collection' : null,
  ];
}

// Rules for an act on an exhibit that is there.
function onExhibit(rules, evenInError = false) {
  return (state, entry) => {
    const missing = brokenExhibit(state, entry.act.stream);
    if (missing) return [missing];
    const exhibit = state.exhibits.get(entry.act.stream);
    const early = exhibit.occurred !== null && entry.occurred < exhibit.occurred ? 'continuity.order' : null;
    const inError = exhibit.inError && !evenInError ? 'exhibit.in-error' : null;
    return [...rules(state, exhibit, entry.act, entry), early, inError];
  };
}

function excluded(state, act) {
  return state.isAdministrator(act.actor.person) ? 'role.administrator-excluded' : null;
}

function amended(state, exhibit, act) {
  const own = exhibit.custodian === act.actor.person;
  const names = Object.keys(act.body);
  const files = names.map(fileMember).filter(Boolean).map((member) => member.file);
  const other = exhibit.kind === 'digital' ? names.some((name) => PHYSICAL_ONLY.includes(name)) : names.includes('acquisition');
  return [
    own ? excluded(state, act) : brokenInCase(state, exhibit.case, act.actor.person, ['officer']),
    other ? 'exhibit.other-kind' : null,
    files.some((file) => !exhibit.files.includes(file)) ? 'exhibit.file-unknown' : null,
  ];
}

function moved(state, exhibit, act) {
  return [exhibit.custodian === act.actor.person ? excluded(state, act) : 'continuity.custodian'];
}

function recordedInError(state, exhibit, act) {
  const marked = exhibit.acts.get(act.public.act);
  const other = act.public.duplicate_of;
  const duplicate = other !== null && marked && (marked.type !== 'exhibit.received.v1' || other === act.stream);
  const unknown = other !== null && !duplicate && other !== act.stream && brokenExhibit(state, other);
  return [
    brokenInCase(state, exhibit.case, act.actor.person, ['officer']),
    marked ? null : 'exhibit.act-unknown',
    marked?.marked ? 'exhibit.already-in-error' : null,
    duplicate ? 'exhibit.duplicate' : null,
    unknown === 'exhibit.unknown' ? 'exhibit.duplicate' : unknown || null,
  ];
}

function caseCorrected(state, exhibit, act) {
  const { case: into, from } = act.public;
  return [
    brokenCase(state, into),
    from === exhibit.case ? null : 'exhibit.from-case',
    into === exhibit.case ? 'exhibit.same-case' : null,
    state.cases.get(into)?.closed ? 'case.closed' : null,
    brokenInCase(state, exhibit.case, act.actor.person, ['officer']),
    into === exhibit.case ? null : brokenInCase(state, into, act.actor.person, ['officer']),
  ];
}

function mayHold(state, exhibit, person) {
  const roles = state.rolesIn(exhibit.case, person);
  const held = state.persons.get(person);
  return held.active && state.hasGoodKey(person) && !state.isAdministrator(person) && HOLDERS.some((role) => roles.has(role));
}

function offered(state, exhibit, act) {
  const { to } = act.public;
  const missing = brokenEnrolment(state, to);
  const same = to === act.actor.person;
  return [
    exhibit.custodian === act.actor.person ? null : 'continuity.custodian',
    same ? 'continuity.same-person' : missing,
    exhibit.offer ? 'transfer.already-offered' : null,
    !same && !missing && !mayHold(state, exhibit, to) ? 'transfer.receiver' : null,
  ];
}

function brokenOffer(exhibit, act, party, rule) {
  if (exhibit.offer?.hash !== act.public.offer) return 'transfer.not-open';
  return exhibit.offer[party] === act.actor.person ? null : rule;
}

function brokenRehash(exhibit, rehash) {
  if (rehash === undefined) return [];
  if (exhibit.kind === 'physical' || rehash === null) {
    return [(exhibit.kind === 'physical') === (rehash === null) ? null : 'transfer.rehash'];
  }
  const files = Object.keys(rehash.files).sort();
  const same = files.length === exhibit.files.length && files.every((file, i) => file === exhibit.files[i]);
  return [
    same ? null : 'transfer.rehash',
    worstOutcome(Object.values(rehash.files)) === rehash.outcome ? null : 'outcome.worst',
  ];
}

function accepted(state, exhibit, act, entry) {
  return [
    brokenOffer(exhibit, act, 'to', 'transfer.addressee'),
    brokenInCase(state, exhibit.case, act.actor.person, HOLDERS),
    exhibit.offer?.hash === act.public.offer && exhibit.offer.by === act.actor.person ? 'continuity.same-person' : null,
    ...brokenRehash(exhibit, entry.values.get('rehash')),
  ];
}

export const EXHIBIT_RULES = {
  'exhibit.received.v1': received,
  'exhibit.amended.v1': onExhibit(amended),
  'exhibit.moved.v1': onExhibit(moved, true),
  'exhibit.recorded-in-error.v1': onExhibit(recordedInError),
  'exhibit.case-corrected.v1': onExhibit(caseCorrected),
  'transfer.offered.v1': onExhibit(offered, true),
  'transfer.accepted.v1': onExhibit(accepted, true),
  'transfer.declined.v1': onExhibit((state, exhibit, act) => [brokenOffer(exhibit, act, 'to', 'transfer.addressee')], true),
  'transfer.withdrawn.v1': onExhibit((state, exhibit, act) => [brokenOffer(exhibit, act, 'by', 'transfer.offerer')], true),
};
