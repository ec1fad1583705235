// The files of the exhibits of the scope: all bytes there, and equal to their digests (verdict-v1, 3).
import { fileName } from './bag.js';
import { digestsForm } from './catalogue.js';

// What the intakes of the exhibits record: file uuid to intake and, where they are disclosed, digests. The first intake that names a file counts.
export function recordedFiles(entries, exhibits) {
  const wanted = new Set(exhibits);
  const files = new Map();
  for (const entry of entries) {
    if (!entry.formed || entry.act.type !== 'exhibit.received.v1' || !wanted.has(entry.act.stream)) continue;
    for (const uuid of entry.act.public.files) {
      const shown = entry.values.get(`files/${uuid}/digests`);
      if (!files.has(uuid)) files.set(uuid, { uuid, intake: entry, digests: digestsForm(shown) ? shown : null });
    }
  }
  return files;
}

function isEqual(digests, measured) {
  return digests.size === measured.size && digests.sha256 === measured.sha256 && digests.sha512 === measured.sha512;
}

// Every recorded file against the bytes that are here, and every file that is here against what is recorded.
export function judgeFiles(findings, recorded, measured) {
  for (const { uuid, digests, intake } of recorded.values()) {
    const have = measured.get(`data/files/${uuid}`);
    if (!have || !digests) findings.notChecked('files', 'file.not-checked', [intake.index], uuid);
    else if (!isEqual(digests, have)) findings.fail('files', 'file.mismatch', [intake.index], uuid);
  }
  for (const name of measured.keys()) {
    const uuid = fileName(name);
    if (name.startsWith('data/files/')) findings.count('files');
    if (name.startsWith('data/files/') && !recorded.get(uuid)?.digests) findings.fail('files', 'file.unknown', [], name.slice(11));
  }
  if (recorded.size === 0) findings.notChecked('files', 'file.none');
}

// "Is this one of the files that were recorded?"
export function judgeLooseFile(findings, recorded, measured) {
  const same = [...recorded.values()].filter(({ digests }) => digests && isEqual(digests, measured));
  findings.count('files');
  for (const { uuid, intake } of same) findings.note('files', 'file.recognised', [intake.index], uuid);
  if (same.length === 0) findings.fail('files', 'file.unknown');
}
