/**
 * Words in the stored graph that only a newer version of this program knows, by the field they stand in. The field
 * itself then has the most careful of the words that are known here. Nothing stored is changed by that.
 */
export type Unrecognised = Readonly<Record<string, string>>;

/** Reads words of fixed lists and remembers those that are in none. */
export class WordReader {
  #unrecognised: Record<string, string> | undefined;

  /** @param instead what stands for a word that is not in the list. */
  read<Word extends string>(field: string, stored: string, known: readonly Word[], instead: Word): Word {
    if (this.note(field, stored, known)) return stored as Word;
    return instead;
  }

  /** Remembers the word if it is not in the list. @returns whether it is. */
  note(field: string, stored: string, known: readonly string[]): boolean {
    const isKnown = known.includes(stored);
    if (!isKnown) this.#unrecognised = { ...this.#unrecognised, [field]: stored };
    return isKnown;
  }

  /** To be spread into what was read: nothing where every word was known. */
  get found(): { readonly unrecognised?: Unrecognised } {
    return this.#unrecognised ? { unrecognised: this.#unrecognised } : {};
  }
}
