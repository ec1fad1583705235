// Who may act at all: the actor, their key, their roles (acts-v1, 9). Each function ends judging at a rule that is broken.
import { rule } from './breaking.js';

const SERVICE_TYPES = ['access.recorded.v1', 'fixity.checked.v1', 'bundle.sealed.v1', 'bundle.issued.v1'];

// The actor and their key, good for this act.
export function ruleActor(state, act) {
  const person = state.person(act.actor.person);
  rule(person, 'actor.unknown');
  rule(person.active, 'actor.deactivated');
  const key = person.keys.get(act.actor.key);
  rule(key, 'key.unknown');
  rule(key.use === 'act', 'key.not-for-acts');
  rule(!key.ended, 'key.ended');
  const confirming = act.type === 'person.confirmed.v1';
  rule(key.confirmed || confirming, 'key.unconfirmed');
  const own = SERVICE_TYPES.includes(act.type);
  const service = person.roles.has('service');
  rule(!service || own || confirming, 'service.own-types');
  rule(service || !own, 'service.only');
}

// A person, a case or an exhibit that the act concerns.
export function demandPerson(state, name) {
  const found = state.person(name);
  rule(found, 'person.unknown');
  return found;
}

export function demandCase(state, name) {
  const found = state.case(name);
  rule(found, 'case.unknown');
  return found;
}

export function demandExhibit(state, name) {
  const found = state.exhibit(name);
  rule(found, 'exhibit.unknown');
  return found;
}

// The actor holds one of these roles in the case, and is no administrator.
export function ruleRole(state, held, act, roles) {
  rule(roles.some((role) => held.has(act.actor.person, role)), 'role.in-case');
  ruleHandler(state, act);
}

// An administrator does not handle evidence.
export function ruleHandler(state, act) {
  rule(!state.isAdministrator(act.actor.person), 'role.administrator-excluded');
}

export function ruleOpen(held) {
  rule(!held.closed, 'case.closed');
}
