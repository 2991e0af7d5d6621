/** What stands between CREATE and the word for the object. */
export interface CreateHead {
  readonly start: number;
  readonly orReplace: boolean;
  readonly temporary: boolean;
  readonly unlogged: boolean;
}

export const noHead: CreateHead = { start: 0, orReplace: false, temporary: false, unlogged: false };
