// Acts under one signature stand in its order at consecutive indexes (entry-v1, 6; verdict-v1, 3).

// Adds a finding for each entry that does not stand where the first one here of its batch says.
export function judgeBatches(findings, entries) {
  const places = new Map();
  for (const { act, index, signature } of entries) {
    const { batch, value } = signature;
    if (!batch) continue;
    const place = [index - batch.index, batch.size, act.actor.person, act.actor.key].join(' ');
    if (!places.has(value)) places.set(value, place);
    if (places.get(value) !== place) findings.fail('order', 'order.batch', [index]);
  }
}
