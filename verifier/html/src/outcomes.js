// The outcome of several files as a whole: the worst (continuity-v1, 2.8).

export function worstOutcome(outcomes) {
  if (outcomes.includes('mismatch')) return 'mismatch';
  return outcomes.includes('not-checked') || outcomes.length === 0 ? 'not-checked' : 'match';
}
