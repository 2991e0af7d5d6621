import type { BoundReset, BoundSet, BoundSetTransaction, BoundShow } from '../compiler/frontends/sql/bound.ts';
import { OrbitError, type SourceRange } from '../compiler/types/error.ts';
import { UTF8 } from '../compiler/types/type.ts';
import type { Execution, Outcome } from './run.ts';
import type { SessionState } from './session.ts';
import { settingNames, settingValue, TRANSACTION_SETTINGS, withSetting } from './settings.ts';
import type { Deliver } from './stream.ts';
import { type Isolation, isolationNamed } from './transactions.ts';

/** SET, SHOW and RESET. */

export function set(body: BoundSet | BoundReset, { session }: Execution): Outcome {
  const outcome = (): Outcome => ({ command: body.kind.toUpperCase(), columns: [] });
  const { name, range } = body;
  const open = session.transaction;
  if (name === undefined || name === 'all') {
    session.settings = new Map();
    if (open !== undefined) open.lastingSettings = session.settings;
    return outcome();
  }
  const words = body.kind === 'set' ? body.values : [];
  if (TRANSACTION_SETTINGS.has(name)) {
    setOfTransaction(session, name, words, range);
    return outcome();
  }
  const local = body.kind === 'set' && body.scope === 'local';
  if (open === undefined) {
    const next = withSetting(session.settings, name, words, range);
    // Without a transaction nothing is left for SET LOCAL to last for.
    if (!local) session.settings = next;
    return outcome();
  }
  session.settings = withSetting(session.settings, name, words, range);
  if (!local) open.lastingSettings = withSetting(open.lastingSettings, name, words, range);
  return outcome();
}

function setOfTransaction(session: SessionState, name: string, words: readonly string[], range: SourceRange): void {
  const open = session.transaction;
  const word = words.join(' ').toLowerCase();
  if (open === undefined) return;
  if (name === 'transaction_isolation') changeIsolation(session, isolationNamed(word), range);
  else if (name === 'transaction_read_only') open.readOnly = ['on', 'true', '1', 'yes'].includes(word);
}

export function setTransaction({ session: lasting, modes }: BoundSetTransaction, { session }: Execution): Outcome {
  const { isolation, readOnly } = modes;
  if (lasting) {
    let { settings } = session;
    if (isolation !== undefined) settings = withSetting(settings, 'default_transaction_isolation', [isolation]);
    if (readOnly !== undefined) {
      settings = withSetting(settings, 'default_transaction_read_only', [readOnly ? 'on' : 'off']);
    }
    session.settings = settings;
    if (session.transaction !== undefined) session.transaction.lastingSettings = settings;
  } else if (session.transaction !== undefined) {
    if (isolation !== undefined) changeIsolation(session, isolation);
    if (readOnly !== undefined) session.transaction.readOnly = readOnly;
  }
  return { command: 'SET', columns: [] };
}

function changeIsolation({ transaction }: SessionState, isolation: Isolation, range?: SourceRange): void {
  if (transaction === undefined) return;
  if (transaction.nextCommand > 0 && transaction.isolation !== isolation) {
    throw new OrbitError('active_sql_transaction', 'SET TRANSACTION ISOLATION LEVEL must be called before any query', {
      range,
    });
  }
  transaction.isolation = isolation;
}

export async function show({ name, range }: BoundShow, { session }: Execution, deliver: Deliver): Promise<Outcome> {
  if (name === undefined || name === 'all') {
    const columns = ['name', 'setting'].map((column) => ({ name: column, type: UTF8, nullable: false }));
    deliver.columns(columns);
    await deliver.rows(settingNames().map((setting) => [setting, settingValue(session.settings, setting)]));
    return { command: 'SHOW', columns };
  }
  const value = transactionSetting(session, name) ?? settingValue(session.settings, name, range);
  const columns = [{ name, type: UTF8, nullable: false }];
  deliver.columns(columns);
  await deliver.rows([[value]]);
  return { command: 'SHOW', columns };
}

function transactionSetting({ transaction, settings }: SessionState, name: string): string | undefined {
  switch (name) {
    case 'transaction_isolation':
      return transaction?.isolation ?? settingValue(settings, 'default_transaction_isolation');
    case 'transaction_read_only':
      return (transaction?.readOnly ?? settingValue(settings, 'default_transaction_read_only') === 'on') ? 'on' : 'off';
    case 'transaction_deferrable':
      return 'off';
    default:
      return undefined;
  }
}
