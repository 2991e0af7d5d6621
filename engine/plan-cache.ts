import type { PlannedStatement } from './planner.ts';

/** What, beside the versions of the objects it uses, decides how a text is planned. */
export interface PlanKey {
  readonly language: 'sql';
  readonly text: string;
  /** The parameters' types as far as their values tell, and their names. */
  readonly parameters: string;
  /** Settings of the session that meaning or plan depend on: search path, time zone, switches, roles. */
  readonly settings: string;
}

/** The plans of texts, of all sessions of a database; those that were not used for longest go first. */
export interface PlanCache {
  readonly find: (key: PlanKey) => PlannedStatement | undefined;
  readonly keep: (key: PlanKey, planned: PlannedStatement) => void;
  readonly forget: (key: PlanKey) => void;
  readonly size: () => number;
}

/** Plans are larger than their texts, but not out of proportion. */
const MOST_CHARACTERS = 4 * 2 ** 20;
const MOST_TEXTS = 1000;
const MOST_VARIANTS = 16;

export function createPlanCache(): PlanCache {
  // By text first: a text that comes again is often the same string, whose hash is known.
  const texts = new Map<string, Map<string, PlannedStatement>>();
  let characters = 0;
  const variant = ({ language, parameters, settings }: PlanKey): string => `${language} ${settings} ${parameters}`;
  const drop = (text: string): void => {
    if (texts.delete(text)) characters -= text.length;
  };
  return {
    find: (key) => {
      const variants = texts.get(key.text);
      const found = variants?.get(variant(key));
      if (variants === undefined || found === undefined) return undefined;
      texts.delete(key.text);
      texts.set(key.text, variants);
      return found;
    },
    keep: (key, planned) => {
      const { text } = key;
      if (text.length > MOST_CHARACTERS / 16) return;
      const variants = texts.get(text) ?? new Map<string, PlannedStatement>();
      drop(text);
      if (variants.size >= MOST_VARIANTS) variants.clear();
      variants.set(variant(key), planned);
      texts.set(text, variants);
      characters += text.length;
      for (const oldest of texts.keys()) {
        if (texts.size <= MOST_TEXTS && characters <= MOST_CHARACTERS) break;
        drop(oldest);
      }
    },
    forget: (key) => {
      const variants = texts.get(key.text);
      if (variants?.delete(variant(key)) === true && variants.size === 0) drop(key.text);
    },
    size: () => texts.size,
  };
}
