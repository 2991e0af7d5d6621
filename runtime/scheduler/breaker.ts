import type { Sink } from '../operators/emitter.ts';
import {
  type AggregateDriverSpec,
  aggregateDriver,
  type BuildResult,
  type Driver,
  type GroupsResult,
  type JoinDriverSpec,
  joinDriver,
  type RowBlock,
  type RowsSpec,
  rowsDriver,
} from './drivers.ts';
import { type SortDriverSpec, type SortResult, sortDriver } from './sort-driver.ts';
import type { Task } from './task.ts';

/** What another thread needs to drive a sink: plain data. */
export type DriverSpec =
  | ({ readonly kind: 'rows' } & RowsSpec)
  | ({ readonly kind: 'aggregate' } & AggregateDriverSpec)
  | ({ readonly kind: 'join' } & JoinDriverSpec)
  | ({ readonly kind: 'sort' } & SortDriverSpec)
  /** The kernel leaves marks on rows that are there. */
  | { readonly kind: 'nothing' };

export type DriverResult = readonly RowBlock[] | GroupsResult | BuildResult | SortResult;

/** A sink that collects its input, and the thread's driver for it. */
export interface Breaker<Result> {
  readonly sink: Sink;
  readonly driver: Driver<Result>;
  /** The sink's state, where it is kept from run to run. */
  readonly state?: object | undefined;
  /** For other threads, once the sink's code is generated; undefined: one thread must do it all. */
  readonly remote: (() => DriverSpec) | undefined;
  /**
   * Every thread goes over all morsels, and does its share of each, after this has told its context which that is.
   */
  readonly share?: ((ctx: number, thread: number) => void) | undefined;
  /** Takes what another thread collected. */
  readonly adopt: (result: DriverResult) => void;
}

/** The driver of a specification that came from another thread. */
export function driverOf(task: Task, spec: DriverSpec): Driver<DriverResult> {
  switch (spec.kind) {
    case 'rows':
      return rowsDriver(task, () => spec);
    case 'aggregate':
      return aggregateDriver(task, () => spec);
    case 'join':
      return joinDriver(task, () => spec);
    case 'sort':
      return sortDriver(task, () => spec);
    case 'nothing':
      return { start: () => {}, full: () => {}, end: () => {}, result: () => [] };
  }
}

export function isBlocks(result: DriverResult): result is readonly RowBlock[] {
  return Array.isArray(result);
}

export function isGroups(result: DriverResult): result is GroupsResult {
  return 'groups' in result;
}

export function isBuild(result: DriverResult): result is BuildResult {
  return 'sawNull' in result;
}

export function isSort(result: DriverResult): result is SortResult {
  return 'best' in result;
}
