import type { TokenType } from '../../toolkit/chevrotain.ts';
import { k, t } from '../tokens.ts';
import type { CloseCursor, DeclareCursor, Expression, FetchCursor, Identifier } from '../tree.ts';
import { CopyRules } from './copies.ts';

/** DECLARE, FETCH, MOVE, CLOSE */
export abstract class CursorRules extends CopyRules {
  protected readonly declareCursor = this.rule('declareCursor', (): DeclareCursor => {
    const start = this.mark();
    let binary = false;
    let insensitive: boolean | undefined;
    let scroll: boolean | undefined;
    this.CONSUME(k.declare);
    const name = this.SUBRULE(this.name);
    this.MANY(() =>
      this.OR([
        {
          ALT: () => {
            this.CONSUME(k.binary);
            binary = true;
          },
        },
        {
          ALT: () => {
            this.CONSUME(k.insensitive);
            insensitive = true;
          },
        },
        {
          ALT: () => {
            this.CONSUME(k.asensitive);
            insensitive = false;
          },
        },
        {
          ALT: () => {
            scroll = !this.optional(1, k.no);
            this.CONSUME(k.scroll);
          },
        },
      ]),
    );
    this.CONSUME(k.cursor);
    const hold = this.OPTION(() => {
      const holds = this.OR1([this.keyword(k.with, true), this.keyword(k.without, false)]);
      this.CONSUME(k.hold);
      return holds;
    });
    this.CONSUME(k.for);
    const query = this.SUBRULE(this.query);
    const range = this.since(start);
    return { kind: 'declareCursor', name, binary, insensitive, scroll, hold: hold ?? false, query, range };
  });

  protected readonly fetchCursor = this.rule('fetchCursor', (): FetchCursor => {
    const start = this.mark();
    const move = this.OR([this.keyword(k.fetch, false), this.keyword(k.move, true)]);
    let direction: FetchCursor['direction'] = 'next';
    let count: FetchCursor['count'];
    this.OR1<{ ALT: () => unknown; GATE?: () => boolean }[]>([
      // The words of directions are names as well.
      {
        GATE: () => this.directionAhead(),
        ALT: () => {
          direction = this.OR2([
            this.keyword(k.next, 'next'),
            this.keyword(k.prior, 'prior'),
            this.keyword(k.first, 'first'),
            this.keyword(k.last, 'last'),
          ]);
        },
      },
      {
        GATE: () => this.directionAhead(),
        ALT: () => {
          direction = this.OR3([this.keyword(k.absolute, 'absolute'), this.keyword(k.relative, 'relative')]);
          count = this.SUBRULE(this.signedNumber);
        },
      },
      {
        GATE: () => this.directionAhead(),
        ALT: () => {
          direction = this.OR4([this.keyword(k.forward, 'forward'), this.keyword(k.backward, 'backward')]);
          count = this.OPTION({
            GATE: () => this.next(k.all) || numberStarts(this.LA(1).tokenType),
            DEF: () => this.SUBRULE(this.fetchCount),
          });
        },
      },
      {
        GATE: () => this.next(k.all) || numberStarts(this.LA(1).tokenType),
        ALT: () => {
          direction = 'forward';
          count = this.SUBRULE1(this.fetchCount);
        },
      },
      { ALT: () => undefined },
    ]);
    this.OPTION1(() => this.OR5([this.keyword(k.from, undefined), this.keyword(k.in, undefined)]));
    const cursor: Identifier = this.SUBRULE(this.name);
    return { kind: 'fetchCursor', move, direction, count, cursor, range: this.since(start) };
  });

  private readonly fetchCount = this.rule('fetchCount', (): Expression | 'all' =>
    this.OR<{ ALT: () => Expression | 'all' }[]>([
      this.keyword(k.all, 'all'),
      { ALT: () => this.SUBRULE(this.signedNumber) },
    ]),
  );

  private directionAhead(): boolean {
    return !this.second(t.end);
  }

  protected readonly closeCursor = this.rule('closeCursor', (): CloseCursor => {
    const start = this.mark();
    this.CONSUME(k.close);
    const name = this.OR<{ ALT: () => Identifier | undefined }[]>([
      this.keyword(k.all, undefined),
      { ALT: () => this.SUBRULE(this.name) },
    ]);
    return { kind: 'closeCursor', name, range: this.since(start) };
  });
}

function numberStarts(type: TokenType): boolean {
  return type === t.number || type === t.plus || type === t.minus;
}
