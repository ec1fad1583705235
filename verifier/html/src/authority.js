// Who may act at all: the actor, their key, their roles (acts-v1, 9). Each question gives the broken rule, or null.

// The broken rule about actor and key, or null. `confirming`: the act confirms the key that signs it.
export function brokenActor(state, act, confirming) {
  const person = state.persons.get(act.actor.person);
  if (!person) return state.isNotGiven(act.actor.person) ? 'order.stream-missing' : 'actor.unknown';
  if (!person.active) return 'actor.deactivated';
  const key = person.keys.get(act.actor.key);
  if (!key) return 'key.unknown';
  if (key.use !== 'act') return 'key.not-for-acts';
  if (key.state === 'ended') return 'key.ended';
  if (key.state === 'awaiting' && !confirming) return 'key.unconfirmed';
  return null;
}

// A role in the case that the act needs.
export function brokenInCase(state, caseStream, person, roles) {
  if (!state.cases.has(caseStream)) return null;
  const held = state.rolesIn(caseStream, person);
  if (!roles.some((role) => held.has(role))) return 'role.in-case';
  return state.isAdministrator(person) ? 'role.administrator-excluded' : null;
}

export function brokenAdministrator(state, person) {
  return state.isAdministrator(person) ? null : 'role.administrator';
}

// The person is enrolled.
export function brokenEnrolment(state, stream) {
  if (state.persons.has(stream)) return null;
  return state.isNotGiven(stream) ? 'order.stream-missing' : 'person.unknown';
}

export function brokenCase(state, stream) {
  if (state.cases.has(stream)) return null;
  return state.isNotGiven(stream) ? 'order.stream-missing' : 'case.unknown';
}

export function brokenExhibit(state, stream) {
  if (state.exhibits.has(stream)) return null;
  return state.isNotGiven(stream) ? 'order.stream-missing' : 'exhibit.unknown';
}
