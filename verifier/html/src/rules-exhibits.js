// Rules of the streams of exhibits, in their order: intake, amendment, move, transfer (acts-v1, 6 and 7; continuity-v1, 2).
import { demandCase, demandExhibit, demandPerson, ruleHandler, ruleOpen, ruleRole } from './authority.js';
import { rule } from './breaking.js';
import { fileMember } from './catalogue.js';
import { claimedInstant } from './grammars.js';
import { worstOutcome } from './outcomes.js';

const PHYSICAL_ONLY = ['quantity', 'condition', 'identifiers', 'packaging', 'hazards'];
const HOLDERS = ['officer', 'custodian', 'prosecutor'];

function received(state, { act, occurred }) {
  const given = act.public;
  const held = demandCase(state, given.case);
  ruleRole(state, held, act, ['officer', 'custodian']);
  ruleOpen(held);
  rule(!state.begun.has(act.stream), 'stream.begun');
  rule(given.collected_at === null || occurred >= claimedInstant(given.collected_at), 'continuity.before-collection');
  rule((given.kind === 'physical') === (given.files.length === 0) && given.files.length <= 250, 'exhibit.file-count');
}

// The exhibit of the stream, at a time that its last act allows.
function here(state, { act, occurred }) {
  const exhibit = demandExhibit(state, act.stream);
  rule(occurred >= exhibit.occurred, 'continuity.order');
  return exhibit;
}

function unmarked(state, entry) {
  const exhibit = here(state, entry);
  rule(!exhibit.marked.has(exhibit.intake), 'exhibit.in-error');
  return exhibit;
}

const ruleCustodian = (exhibit, act) => rule(exhibit.custodian === act.actor.person, 'continuity.custodian');

function amended(state, entry) {
  const { act } = entry;
  const exhibit = unmarked(state, entry);
  if (act.actor.person === exhibit.custodian) ruleHandler(state, act);
  else ruleRole(state, demandCase(state, exhibit.case), act, ['officer']);
  const foreign = exhibit.kind === 'physical' ? ['acquisition'] : PHYSICAL_ONLY;
  for (const name of Object.keys(act.body).sort()) {
    rule(!foreign.includes(name), 'exhibit.other-kind');
    rule(!name.startsWith('files/') || exhibit.files.includes(fileMember(name).file), 'exhibit.file-unknown');
  }
}

function moved(state, entry) {
  ruleCustodian(here(state, entry), entry.act);
  ruleHandler(state, entry.act);
}

function recordedInError(state, entry) {
  const { act } = entry;
  const exhibit = unmarked(state, entry);
  ruleRole(state, demandCase(state, exhibit.case), act, ['officer']);
  const { act: marked, duplicate_of: double } = act.public;
  rule(exhibit.acts.has(marked), 'exhibit.act-unknown');
  rule(!exhibit.marked.has(marked), 'exhibit.already-in-error');
  const good = double === null || (marked === exhibit.intake && double !== act.stream && state.exhibit(double) !== null);
  rule(good, 'exhibit.duplicate');
}

function caseCorrected(state, entry) {
  const { act } = entry;
  const { case: into, from } = act.public;
  const exhibit = unmarked(state, entry);
  rule(from === exhibit.case, 'exhibit.from-case');
  rule(into !== exhibit.case, 'exhibit.same-case');
  const held = demandCase(state, into);
  ruleRole(state, demandCase(state, exhibit.case), act, ['officer']);
  ruleRole(state, held, act, ['officer']);
  ruleOpen(held);
}

function offered(state, entry) {
  const { act } = entry;
  const { to } = act.public;
  const exhibit = here(state, entry);
  ruleCustodian(exhibit, act);
  rule(exhibit.offer === null, 'transfer.already-offered');
  rule(to !== act.actor.person, 'continuity.same-person');
  const receiver = demandPerson(state, to);
  const held = demandCase(state, exhibit.case);
  const signs = [...receiver.keys.values()].some((key) => key.use === 'act' && key.confirmed && !key.ended);
  const able = receiver.active && signs && HOLDERS.some((role) => held.has(to, role));
  rule(able && !receiver.roles.has('administrator'), 'transfer.receiver');
}

// The exhibit, whose open offer the act answers.
function answering(state, entry) {
  const exhibit = here(state, entry);
  rule(exhibit.offer !== null && exhibit.offer.hash === entry.act.public.offer, 'transfer.not-open');
  return exhibit;
}

function ruleRehash(exhibit, rehash) {
  rule((exhibit.kind === 'digital') === (rehash !== null), 'transfer.rehash');
  if (rehash === null) return;
  const files = Object.keys(rehash.files).sort();
  rule(files.length === exhibit.files.length && files.every((file, i) => file === exhibit.files[i]), 'transfer.rehash');
  rule(worstOutcome(Object.values(rehash.files)) === rehash.outcome, 'outcome.worst');
}

function accepted(state, entry) {
  const { act, values } = entry;
  const exhibit = answering(state, entry);
  rule(exhibit.offer.to === act.actor.person, 'transfer.addressee');
  rule(exhibit.custodian !== act.actor.person, 'continuity.same-person');
  ruleRole(state, demandCase(state, exhibit.case), act, HOLDERS);
  if (values.has('rehash')) ruleRehash(exhibit, values.get('rehash'));
}

const answered = (party, code) => (state, entry) => rule(answering(state, entry).offer[party] === entry.act.actor.person, code);

export const EXHIBIT_RULES = {
  'exhibit.received.v1': received,
  'exhibit.amended.v1': amended,
  'exhibit.moved.v1': moved,
  'exhibit.recorded-in-error.v1': recordedInError,
  'exhibit.case-corrected.v1': caseCorrected,
  'transfer.offered.v1': offered,
  'transfer.accepted.v1': accepted,
  'transfer.declined.v1': answered('to', 'transfer.addressee'),
  'transfer.withdrawn.v1': answered('by', 'transfer.offerer'),
};
