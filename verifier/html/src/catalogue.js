// The catalogue: every act type with its stream, public members and body (acts-v1, 3 to 8; bundle-v1, 8.1).
import {
  anyText, choice, closed, dateForm, flag, grammar, hashForm, hexDigits, integerFrom, keyForm, listOf, mapping, orNothing, someText, sortedList, streamForm,
  uuidForm, vkeyForm,
} from './forms.js';

const textOrNull = orNothing(someText);
const recordedOrNull = orNothing(grammar('recorded instant'));
const person = streamForm('person');
const caseStream = streamForm('case');
const exhibit = streamForm('exhibit');
const outcome = choice('match', 'mismatch', 'not-checked');

const collection = closed({
  how: choice('seized', 'handed-over', 'found', 'copied', 'captured-online', 'generated'), method: someText, by: someText, place: textOrNull,
  witnesses: listOf(someText, 0, 50), tool: textOrNull, write_blocker: textOrNull, legal_basis: textOrNull, reason: textOrNull, accuracy: textOrNull,
});
const source = closed({ originator: textOrNull, provided_by: textOrNull, organisation: textOrNull, url: textOrNull });
const protection = orNothing(closed({ sensitivity: someText, protected_persons: flag, consent: textOrNull, remarks: textOrNull }));
const place = closed({ site: someText, detail: textOrNull });
const identifiers = orNothing(closed({ make: textOrNull, model: textOrNull, serial: textOrNull, imei: textOrNull, marks: textOrNull }));
const packaging = orNothing(closed({ type: someText, bag_number: textOrNull }));
const quantity = closed({ value: grammar('decimal'), unit: someText });
const retention = closed({ class: someText, action_date: orNothing(dateForm) });
const acquisition = orNothing(closed({ device: textOrNull, id: textOrNull, type: textOrNull }));
export const digestsForm = closed({ sha256: hexDigits(64), sha512: hexDigits(128), size: integerFrom(0) });
const found = closed({
  name: anyText, path: orNothing(anyText), mime_declared: textOrNull, mime_detected: textOrNull, modified_at: textOrNull,
  'metadata?': mapping(grammar('claim name'), anyText, 1, 1000), 'name_bytes?': grammar('base64'),
});
const identityCheck = closed({ method: someText, document: textOrNull, checked_on: orNothing(dateForm) });
const proceeding = closed({ number: someText, authority: textOrNull, qualification: textOrNull });

const described = { title: someText, description: someText, collection, source, protection };
const remarked = { remarks: someText, exhibit_mark: someText, language: someText, retention, legal: someText };
const physical = {
  needed: { ...described, place, quantity, condition: someText, identifiers, packaging, seal: orNothing(closed({ number: someText, type: textOrNull })) },
  optional: { ...remarked, hazards: someText },
};
const digital = { needed: { ...described, place }, optional: { ...remarked, acquisition }, files: { digests: digestsForm, found } };
const amendable = {
  needed: { reason: someText }, optional: { ...described, ...remarked, quantity, condition: someText, identifiers, packaging, hazards: someText, acquisition },
  someFiles: { found }, atLeastOne: true,
};

const ADMINISTERED = choice('administrator', 'auditor', 'officer');
const CASE_ROLES = choice('officer', 'custodian', 'prosecutor', 'auditor');
const keys = { key: keyForm('act'), session_key: orNothing(keyForm('session')) };
const needs = (needed, optional = {}) => ({ needed, optional });
const reasoned = needs({ reason: someText });
const nothing = needs({});
const caseDescribed = { description: someText, proceeding, jurisdiction: someText };

export const TYPES = {
  'ledger.founded.v1': {
    stream: 'ledger', first: true, body: needs({ deployment: someText }),
    public: {
      format: choice('custody-entry/1'), founder: closed({ ...keys, person }), log: listOf(vkeyForm, 1, 10), origin: grammar('origin'),
      service: closed({ key: keyForm('act'), person }),
    },
  },
  'ledger.clock-corrected.v1': { stream: 'ledger', public: { previous_recorded_at: grammar('recorded instant') }, body: reasoned },
  'person.enrolled.v1': { stream: 'person', first: true, public: keys, body: needs({ name: someText, identity_check: identityCheck }) },
  'person.confirmed.v1': { stream: 'person', public: { key: hashForm }, body: nothing },
  'person.key-added.v1': { stream: 'person', public: { key: keyForm(), proof: orNothing(grammar('base64')) }, body: nothing },
  'person.key-revoked.v1': { stream: 'person', public: { key: hashForm, untrusted_since: recordedOrNull }, body: reasoned },
  'person.recovery-proposed.v1': { stream: 'person', public: keys, body: needs({ identity_check: identityCheck, reason: someText }) },
  'person.recovery-approved.v1': { stream: 'person', public: { proposal: hashForm }, body: nothing },
  'person.role-granted.v1': { stream: 'person', public: { role: ADMINISTERED }, body: needs({ reason: textOrNull }) },
  'person.role-withdrawn.v1': { stream: 'person', public: { role: ADMINISTERED }, body: reasoned },
  'person.deactivated.v1': { stream: 'person', public: {}, body: reasoned },
  'person.reactivated.v1': { stream: 'person', public: {}, body: reasoned },
  'person.amended.v1': { stream: 'person', public: {}, body: needs({ name: someText, reason: someText }) },
  'case.opened.v1': {
    stream: 'case', first: true, public: {}, body: needs({ reference: grammar('case reference'), title: someText, protection }, caseDescribed),
  },
  'case.amended.v1': {
    stream: 'case', public: {}, body: { needed: { reason: someText }, optional: { title: someText, protection, ...caseDescribed }, atLeastOne: true },
  },
  'case.closed.v1': { stream: 'case', public: {}, body: reasoned },
  'case.reopened.v1': { stream: 'case', public: {}, body: reasoned },
  'case.member-added.v1': { stream: 'case', public: { person, role: CASE_ROLES }, body: needs({ reason: textOrNull }) },
  'case.member-removed.v1': { stream: 'case', public: { person, role: CASE_ROLES }, body: reasoned },
  'exhibit.received.v1': {
    stream: 'exhibit', first: true, bodies: { physical, digital },
    public: { case: caseStream, collected_at: orNothing(grammar('claimed instant')), files: sortedList(uuidForm), kind: choice('digital', 'physical') },
  },
  'exhibit.amended.v1': { stream: 'exhibit', public: {}, body: amendable },
  'exhibit.moved.v1': { stream: 'exhibit', public: {}, body: needs({ place, reason: textOrNull }) },
  'exhibit.recorded-in-error.v1': { stream: 'exhibit', public: { act: hashForm, duplicate_of: orNothing(exhibit) }, body: reasoned },
  'exhibit.case-corrected.v1': { stream: 'exhibit', public: { case: caseStream, from: caseStream }, body: reasoned },
  'transfer.offered.v1': {
    stream: 'exhibit', public: { to: person },
    body: needs(
      {
        purpose: someText, condition: textOrNull, seal: orNothing(closed({ number: someText, intact: orNothing(flag) })), from_place: orNothing(place),
        to_place: orNothing(place),
      },
      { authority: someText, expected_return: dateForm, transport: someText, remarks: someText },
    ),
  },
  'transfer.accepted.v1': {
    stream: 'exhibit', public: { offer: hashForm },
    body: needs(
      {
        condition: someText, seal: orNothing(closed({ number: someText, intact: flag })), place,
        rehash: orNothing(closed({ outcome, files: mapping(uuidForm, outcome, 1, 250), remarks: textOrNull })),
      },
      { remarks: someText },
    ),
  },
  'transfer.declined.v1': { stream: 'exhibit', public: { offer: hashForm }, body: reasoned },
  'transfer.withdrawn.v1': { stream: 'exhibit', public: { offer: hashForm }, body: reasoned },
  'access.recorded.v1': {
    stream: 'access', public: { exhibit, person, what: choice('download', 'view', 'export') },
    body: needs({ file: orNothing(uuidForm), purpose: textOrNull, session: someText }),
  },
  'fixity.checked.v1': {
    stream: 'fixity', public: { exhibit, outcome, requested_by: orNothing(person) },
    body: needs({
      files: mapping(uuidForm, closed({ outcome, cause: textOrNull, measured_sha256: orNothing(hexDigits(64)) }), 1, 250), tool: someText,
    }),
  },
  'bundle.requested.v1': {
    stream: 'bundle', first: true,
    public: { also: sortedList(choice('access', 'fixity')), case: orNothing(caseStream), exhibits: sortedList(exhibit) },
    body: needs({
      contents: closed({
        files: (value) => value === 'all' || value === 'none' || sortedList(uuidForm, 1, 10000)(value), withheld: sortedList(someText, 0, 10000),
      }),
      purpose: someText, recipient: closed({ contact: textOrNull, name: someText, organisation: textOrNull }),
    }),
  },
  'bundle.sealed.v1': {
    stream: 'bundle',
    public: { at: integerFrom(1), exhibits: orNothing(integerFrom(0)), heads: hashForm, request: hashForm, streams: integerFrom(1) }, body: nothing,
  },
  'bundle.issued.v1': { stream: 'bundle', public: { sealed: hashForm, sha256: hashForm, size: integerFrom(1) }, body: nothing },
  'bundle.acknowledged.v1': {
    stream: 'bundle', public: { issued: hashForm }, body: needs({ by: someText, on: dateForm, remarks: textOrNull }),
  },
};

const FILE_MEMBER = /^files\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\/([a-z0-9-]+)$/;

// The form of each member of a body, or null where it has none here; files: the uuids that the act may speak of, null where any.
function formOf(body, name) {
  const parts = FILE_MEMBER.exec(name);
  const ofFiles = body.files ?? body.someFiles ?? {};
  if (parts) return Object.hasOwn(ofFiles, parts[2]) ? ofFiles[parts[2]] : null;
  return Object.hasOwn(body.needed, name) ? body.needed[name] : Object.hasOwn(body.optional, name) ? body.optional[name] : null;
}

export function fileMember(name) {
  const parts = FILE_MEMBER.exec(name);
  return parts ? { file: parts[1], part: parts[2] } : null;
}

function bodyOf(type, act) {
  const form = type.bodies ? type.bodies[act.public.kind] : type.body;
  return act.public.late === true ? { ...form, needed: { ...form.needed, late_reason: someText } } : form;
}

function missesMembers(body, act) {
  const has = (name) => Object.hasOwn(act.body, name);
  if (!Object.keys(body.needed).every(has)) return true;
  if (body.files) {
    return !(act.public.files ?? []).every((file) => Object.keys(body.files).every((part) => has(`files/${file}/${part}`)));
  }
  return Boolean(body.atLeastOne) && Object.keys(act.body).every((name) => Object.hasOwn(body.needed, name));
}

// Whether public members and names of the body are of the type's form (acts-v1, 1.2). The type is known.
export function isFormed(act) {
  const type = TYPES[act.type];
  const { late, ...rest } = act.public;
  if (Object.hasOwn(act.public, 'late') && late !== true) return false;
  if (!closed(type.public)(rest)) return false;
  const body = bodyOf(type, act);
  if (Object.keys(act.body).some((name) => formOf(body, name) === null)) return false;
  if (body.files && Object.keys(act.body).some((name) => fileMember(name) && !act.public.files.includes(fileMember(name).file))) return false;
  return !missesMembers(body, act);
}

// Whether an opened value is of its member's form. True where the act itself has no form.
export function isValueFormed(act, name, value) {
  const type = Object.hasOwn(TYPES, act.type) ? TYPES[act.type] : null;
  if (type === null || !isFormed(act)) return true;
  return formOf(bodyOf(type, act), name)(value);
}
