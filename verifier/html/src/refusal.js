// What a reader throws: the input is not of its form, with the path of the member at fault.

export class Refusal extends Error {
  constructor(sentence, path = '') {
    super(path ? `${path}: ${sentence}` : sentence);
    this.name = 'Refusal';
    this.path = path;
  }
}

export function demand(holds, sentence, path) {
  if (!holds) throw new Refusal(sentence, path);
}

// The value, or null where its reader refuses. Other errors are faults of this program and go on.
export function orNull(read) {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}
