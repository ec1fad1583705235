// Rules: judging an act ends at the first rule that it breaks (verdict-v1, 3).

// The broken rule, on its way out of judging.
export class Broken extends Error {
  constructor(code) {
    super(code);
    this.name = 'Broken';
    this.code = code;
  }
}

// Ends judging with this rule where it does not hold.
export function rule(holds, code) {
  if (!holds) throw new Broken(code);
}
