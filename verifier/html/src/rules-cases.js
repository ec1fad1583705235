// Rules of the streams of cases and bundles, and of what the service records (acts-v1, 5 and 8; bundle-v1, 8).
import { brokenCase, brokenEnrolment, brokenExhibit, brokenInCase } from './authority.js';
import { worstOutcome } from './outcomes.js';

const EITHER = ['officer', 'prosecutor'];

function opened(state, entry) {
  const person = entry.act.actor.person;
  if (!state.persons.get(person)?.roles.has('officer')) return ['role.officer'];
  return [state.isAdministrator(person) ? 'role.administrator-excluded' : null];
}

// Rules for an act on a case that is there.
function onCase(roles, wanted, more = () => []) {
  return (state, entry) => {
    const { act } = entry;
    const missing = brokenCase(state, act.stream);
    if (missing) return [missing];
    const held = state.cases.get(act.stream);
    const shut = wanted === 'open' && held.closed ? 'case.closed' : wanted === 'closed' && !held.closed ? 'case.not-closed' : null;
    return [roles(state, act), shut, ...more(state, held, act)];
  };
}

const inCase = (...roles) => (state, act) => brokenInCase(state, act.stream, act.actor.person, roles);

function officerOrAdministrator(state, act) {
  return state.isAdministrator(act.actor.person) ? null : brokenInCase(state, act.stream, act.actor.person, ['officer']);
}

function memberAdded(state, held, act) {
  const { person: added, role } = act.public;
  const missing = brokenEnrolment(state, added);
  return [
    missing,
    !missing && !state.persons.get(added).active ? 'person.inactive' : null,
    state.isService(added) ? 'role.service' : null,
    added === act.actor.person ? 'person.not-oneself' : null,
    held.members.get(added)?.has(role) ? 'case.member-known' : null,
  ];
}

function memberRemoved(state, held, act) {
  const { person: removed, role } = act.public;
  const has = held.members.get(removed)?.has(role) ?? false;
  const officers = [...held.members.values()].filter((roles) => roles.has('officer')).length;
  return [
    removed === act.actor.person ? 'person.not-oneself' : null,
    has ? null : 'case.member-unknown',
    has && role === 'officer' && officers === 1 && !held.closed ? 'case.last-officer' : null,
  ];
}

function serviceStream(act) {
  return act.stream.split('/')[1] === act.public.exhibit.split('/')[1] ? null : 'service.stream';
}

function accessRecorded(state, entry) {
  const { act, values } = entry;
  const exhibit = state.exhibits.get(act.public.exhibit);
  const file = values.get('file') ?? null;
  return [
    serviceStream(act), brokenExhibit(state, act.public.exhibit), brokenEnrolment(state, act.public.person),
    exhibit && file !== null && !exhibit.files.includes(file) ? 'exhibit.file-unknown' : null,
  ];
}

function fixityChecked(state, entry) {
  const { act, values } = entry;
  const exhibit = state.exhibits.get(act.public.exhibit);
  const files = values.get('files');
  const outcomes = files && Object.values(files).map((file) => file.outcome);
  return [
    serviceStream(act),
    brokenExhibit(state, act.public.exhibit),
    act.public.requested_by === null ? null : brokenEnrolment(state, act.public.requested_by),
    exhibit && files && Object.keys(files).some((file) => !exhibit.files.includes(file)) ? 'exhibit.file-unknown' : null,
    outcomes && worstOutcome(outcomes) !== act.public.outcome ? 'outcome.worst' : null,
  ];
}

// The cases that a bundle's request concerns, and the broken rules about those that are not there.
function concerned(state, given) {
  const missing = given.case === null ? [] : [brokenCase(state, given.case)];
  missing.push(...given.exhibits.map((exhibit) => brokenExhibit(state, exhibit)));
  const cases = given.case === null ? given.exhibits.map((exhibit) => state.exhibits.get(exhibit)?.case) : [given.case];
  return { missing, cases: [...new Set(cases.filter(Boolean))] };
}

function mayRequest(state, given, person) {
  const { missing, cases } = concerned(state, given);
  return [...missing, ...cases.map((stream) => brokenInCase(state, stream, person, EITHER))];
}

function requested(state, entry) {
  const given = entry.act.public;
  const whole = given.case !== null && given.exhibits.length === 0;
  const chosen = given.case === null && given.exhibits.length >= 1 && given.exhibits.length <= 1000;
  return [whole || chosen ? null : 'bundle.scope', ...mayRequest(state, given, entry.act.actor.person)];
}

function sealed(state, entry) {
  const bundle = state.bundles.get(entry.act.stream);
  const { request, at } = entry.act.public;
  const named = bundle?.request && !bundle.seal && entry.act.version === 2 && bundle.request.actHash === request;
  const inBounds = bundle?.request && bundle.request.index < at && at <= entry.index;
  return [named ? null : 'bundle.request', !bundle?.request || inBounds ? null : 'bundle.at'];
}

function issued(state, entry) {
  const seal = state.bundles.get(entry.act.stream)?.seal;
  return [seal?.actHash === entry.act.public.sealed ? null : 'bundle.sealing'];
}

function acknowledged(state, entry) {
  const bundle = state.bundles.get(entry.act.stream);
  const known = bundle?.issues.some((issue) => issue.actHash === entry.act.public.issued);
  const may = bundle?.request ? mayRequest(state, bundle.request.act.public, entry.act.actor.person) : [];
  return [known ? null : 'bundle.issue', ...may];
}

export const CASE_RULES = {
  'case.opened.v1': opened,
  'case.amended.v1': onCase(inCase('officer'), 'open'),
  'case.closed.v1': onCase(inCase(...EITHER), 'open'),
  'case.reopened.v1': onCase(inCase(...EITHER), 'closed'),
  'case.member-added.v1': onCase(officerOrAdministrator, 'open', memberAdded),
  'case.member-removed.v1': onCase(officerOrAdministrator, null, memberRemoved),
  'access.recorded.v1': accessRecorded,
  'fixity.checked.v1': fixityChecked,
  'bundle.requested.v1': requested,
  'bundle.sealed.v1': sealed,
  'bundle.issued.v1': issued,
  'bundle.acknowledged.v1': acknowledged,
};
