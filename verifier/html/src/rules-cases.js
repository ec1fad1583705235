// Rules of the streams of cases and bundles, and of what the service records, in their order (acts-v1, 5 and 8; bundle-v1, 8).
import { demandCase, demandExhibit, demandPerson, ruleHandler, ruleOpen, ruleRole } from './authority.js';
import { rule } from './breaking.js';
import { worstOutcome } from './outcomes.js';

const EITHER = ['officer', 'prosecutor'];

function opened(state, { act }) {
  rule(state.persons.get(act.actor.person).roles.has('officer'), 'role.officer');
  ruleHandler(state, act);
  rule(!state.begun.has(act.stream), 'stream.begun');
}

// Rules for an act on a case that is there, by those who hold one of the roles.
function onCase(roles, more) {
  return (state, { act }) => {
    const held = demandCase(state, act.stream);
    ruleRole(state, held, act, roles);
    more(held);
  };
}

function membership(state, act) {
  const held = demandCase(state, act.stream);
  if (!state.isAdministrator(act.actor.person)) ruleRole(state, held, act, ['officer']);
  rule(act.public.person !== act.actor.person, 'person.not-oneself');
  return held;
}

function memberAdded(state, { act }) {
  const held = membership(state, act);
  ruleOpen(held);
  const added = demandPerson(state, act.public.person);
  rule(added.active, 'person.inactive');
  rule(!added.roles.has('service'), 'role.service');
  rule(!held.has(act.public.person, act.public.role), 'case.member-known');
}

function memberRemoved(state, { act }) {
  const held = membership(state, act);
  const { person, role } = act.public;
  rule(held.has(person, role), 'case.member-unknown');
  rule(role !== 'officer' || held.closed || held.count('officer') !== 1, 'case.last-officer');
}

function exhibitOf(state, act) {
  rule(act.stream.split('/')[1] === act.public.exhibit.split('/')[1], 'service.stream');
  return demandExhibit(state, act.public.exhibit);
}

function accessRecorded(state, { act, values }) {
  const exhibit = exhibitOf(state, act);
  demandPerson(state, act.public.person);
  const file = values.get('file') ?? null;
  rule(file === null || exhibit.files.includes(file), 'exhibit.file-unknown');
}

function fixityChecked(state, { act, values }) {
  const exhibit = exhibitOf(state, act);
  if (act.public.requested_by !== null) demandPerson(state, act.public.requested_by);
  const files = values.get('files') ?? {};
  rule(Object.keys(files).every((file) => exhibit.files.includes(file)), 'exhibit.file-unknown');
  const outcomes = Object.values(files).map((file) => file.outcome);
  rule(outcomes.length === 0 || worstOutcome(outcomes) === act.public.outcome, 'outcome.worst');
}

// Who acts may ask for a bundle of each case that the scope concerns.
function mayRequest(state, act, scope) {
  const cases = scope.case === null ? scope.exhibits.map((name) => demandExhibit(state, name).case) : [scope.case];
  for (const name of [...new Set(cases)].sort()) ruleRole(state, demandCase(state, name), act, EITHER);
}

function requested(state, { act }) {
  rule(!state.begun.has(act.stream), 'stream.begun');
  const { case: whole, exhibits } = act.public;
  rule((whole === null) === exhibits.length > 0 && exhibits.length <= 1000, 'bundle.scope');
  mayRequest(state, act, act.public);
}

function bundleOf(state, act) {
  const bundle = state.bundles.get(act.stream);
  rule(bundle, 'bundle.request');
  return bundle;
}

function sealed(state, { act, index }) {
  const bundle = bundleOf(state, act);
  const { request, at } = act.public;
  rule(bundle.sealed === null && bundle.request === request && act.version === 2, 'bundle.request');
  rule(bundle.index < at && at <= index, 'bundle.at');
}

function issued(state, { act }) {
  const bundle = bundleOf(state, act);
  rule(bundle.sealed !== null && bundle.sealed === act.public.sealed, 'bundle.sealing');
}

function acknowledged(state, { act }) {
  const bundle = bundleOf(state, act);
  rule(bundle.issues.has(act.public.issued), 'bundle.issue');
  mayRequest(state, act, bundle.scope);
}

export const CASE_RULES = {
  'case.opened.v1': opened,
  'case.amended.v1': onCase(['officer'], ruleOpen),
  'case.closed.v1': onCase(EITHER, ruleOpen),
  'case.reopened.v1': onCase(EITHER, (held) => rule(held.closed, 'case.not-closed')),
  'case.member-added.v1': memberAdded,
  'case.member-removed.v1': memberRemoved,
  'access.recorded.v1': accessRecorded,
  'fixity.checked.v1': fixityChecked,
  'bundle.requested.v1': requested,
  'bundle.sealed.v1': sealed,
  'bundle.issued.v1': issued,
  'bundle.acknowledged.v1': acknowledged,
};
