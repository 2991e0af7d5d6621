import { internalError } from '../../compiler/types/error.ts';
import type { Transaction } from '../../runtime/columns/source.ts';

/** A transaction as storage knows it: it sees what was committed up to `snapshot`, and its own writes. */
export interface ActiveTransaction extends Transaction {
  readonly snapshot: number;
}

/** What took part in a transaction by writing. Neither call may fail. */
export interface Participant {
  /** All writes of the transaction become those of commit `number`. */
  readonly commit: (number: number) => void;
  readonly rollback: () => void;
  /** Remembers what was written so far: the call of what it gives undoes everything since, and may come again. */
  readonly mark: () => () => void;
}

/** A place in a transaction to which it can go back, as often as wanted. */
export interface TransactionMark {
  readonly undo: ReadonlyMap<object, () => void>;
}

/**
 * Numbers commits and says who sees which. Commits count from 1; a snapshot is the number of the last commit that it
 * sees. Nothing here waits: whoever would have to is refused.
 */
export interface TransactionManager {
  readonly begin: () => ActiveTransaction;
  readonly commit: (transaction: Transaction) => void;
  readonly rollback: (transaction: Transaction) => void;
  /** Whether a transaction other than this one has written to what the owner stands for, and has not ended. */
  readonly isEnlistedByOthers: (owner: object, transaction: Transaction | undefined) => boolean;
  /** From now on the transaction sees all that is committed. */
  readonly refresh: (transaction: Transaction) => void;
  readonly mark: (transaction: Transaction) => TransactionMark;
  /** Undoes what the transaction has written since. */
  readonly rollbackTo: (transaction: Transaction, mark: TransactionMark) => void;
  /** The number of the last commit: the snapshot of a reader without a transaction. */
  readonly lastCommit: () => number;
  /** No transaction that has not ended has a snapshot below this. */
  readonly oldestSnapshot: () => number;
  /** The transaction, which must not have ended. */
  readonly active: (transaction: Transaction) => ActiveTransaction;
  /** To be called before the first write; `make` is called once for each transaction and owner. */
  readonly enlist: <P extends Participant>(transaction: Transaction, owner: object, make: () => P) => P;
}

interface Entry {
  transaction: ActiveTransaction;
  /** With what undoes all that they wrote. */
  readonly participants: Map<object, { readonly participant: Participant; readonly undoAll: () => void }>;
}

export function createTransactionManager(): TransactionManager {
  const entries = new Map<number, Entry>();
  let lastId = 0;
  let lastCommit = 0;

  function entryOf({ id }: Transaction): Entry {
    const entry = entries.get(id);
    if (entry === undefined) throw internalError(`transaction ${id} is not active`);
    return entry;
  }

  return {
    begin: () => {
      const transaction = { id: ++lastId, snapshot: lastCommit };
      entries.set(transaction.id, { transaction, participants: new Map() });
      return transaction;
    },
    commit: (transaction) => {
      const { participants } = entryOf(transaction);
      entries.delete(transaction.id);
      if (participants.size === 0) return;
      for (const { participant } of participants.values()) participant.commit(lastCommit + 1);
      lastCommit++;
    },
    rollback: (transaction) => {
      const { participants } = entryOf(transaction);
      entries.delete(transaction.id);
      for (const { participant } of participants.values()) participant.rollback();
    },
    isEnlistedByOthers: (owner, transaction) =>
      [...entries].some(([id, { participants }]) => id !== transaction?.id && participants.has(owner)),
    refresh: (transaction) => {
      const entry = entryOf(transaction);
      if (entry.transaction.snapshot !== lastCommit) entry.transaction = { id: transaction.id, snapshot: lastCommit };
    },
    mark: (transaction) => {
      const { participants } = entryOf(transaction);
      return { undo: new Map([...participants].map(([owner, { participant }]) => [owner, participant.mark()])) };
    },
    rollbackTo: (transaction, { undo }) => {
      for (const [owner, { undoAll }] of entryOf(transaction).participants) (undo.get(owner) ?? undoAll)();
    },
    lastCommit: () => lastCommit,
    oldestSnapshot: () => {
      let oldest = lastCommit;
      for (const { transaction } of entries.values()) oldest = Math.min(oldest, transaction.snapshot);
      return oldest;
    },
    active: (transaction) => entryOf(transaction).transaction,
    enlist: (transaction, owner, make) => {
      const { participants } = entryOf(transaction);
      // An owner always makes participants of one kind.
      const known = participants.get(owner)?.participant as ReturnType<typeof make> | undefined;
      if (known !== undefined) return known;
      const made = make();
      participants.set(owner, { participant: made, undoAll: made.mark() });
      return made;
    },
  };
}
