import { OrbitError } from '../compiler/types/error.ts';
import type { Connection } from './database.ts';

/** Runs the work between BEGIN and COMMIT of a connection that is nobody else's, and closes it. */
export async function inOwnTransaction<T>(
  connection: Connection,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  try {
    await connection.query('BEGIN');
    const result = await work(connection);
    switch (connection.transactionState()) {
      case 'open':
        await connection.query('COMMIT');
        return result;
      case 'failed':
        throw new OrbitError('in_failed_sql_transaction', 'a statement has failed: the transaction was rolled back');
      case 'none':
        throw new OrbitError('no_active_sql_transaction', 'the work has ended its transaction itself');
    }
  } finally {
    // What is still open is rolled back.
    await connection.close();
  }
}
