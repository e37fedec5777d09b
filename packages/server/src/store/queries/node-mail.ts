import { and, eq, lt, sql } from 'drizzle-orm';
import type { Executor } from '../database.ts';
import { nodeMail } from '../schema.ts';

/** A question to a node, or the answer to one. */
export interface Mail {
  readonly id: string;
  /** The question that this answers. */
  readonly answers: string | null;
  readonly toNode: string;
  readonly fromNode: string;
  readonly subject: string;
  /** Sealed. */
  readonly body: string;
}

/** Some at a time, because each may hold a message of many megabytes. */
const CLAIMED_AT_ONCE = 8;

/** Where a node hears that there is mail for it. */
export const mailChannelOf = (nodeId: string): string => `latchkey_mail_${nodeId}`;

/** What nodes ask each other. */
export function createNodeMailQueries(executor: Executor) {
  return {
    /** Written and announced in one. */
    async post({ id, answers, toNode, fromNode, subject, body }: Mail): Promise<void> {
      await executor.execute(sql`
        with posted as (
          insert into ${nodeMail} (id, answers, to_node, from_node, subject, body)
          values (${id}, ${answers}, ${toNode}, ${fromNode}, ${subject}, ${body})
          returning to_node
        )
        select pg_notify(${mailChannelOf(toNode)}::text, '') from posted`);
    },

    /** The oldest of what waits for a node, which from then on is its alone. `isMore`: there may be others behind it. */
    async claim(nodeId: string): Promise<{ mail: Mail[]; isMore: boolean }> {
      const mail = await executor
        .delete(nodeMail)
        .where(
          sql`${nodeMail.id} in (select id from ${nodeMail} where to_node = ${nodeId}
              order by created_at limit ${CLAIMED_AT_ONCE} for update skip locked)`,
        )
        .returning({
          id: nodeMail.id,
          answers: nodeMail.answers,
          toNode: nodeMail.toNode,
          fromNode: nodeMail.fromNode,
          subject: nodeMail.subject,
          body: nodeMail.body,
        });
      return { mail, isMore: mail.length === CLAIMED_AT_ONCE };
    },

    /** Takes a question back. True: nobody had claimed it, and nobody will. */
    async withdraw(id: string, fromNode: string): Promise<boolean> {
      const rows = await executor
        .delete(nodeMail)
        .where(and(eq(nodeMail.id, id), eq(nodeMail.fromNode, fromNode)))
        .returning({ id: nodeMail.id });
      return rows.length === 1;
    },

    async deleteOlderThan(seconds: number): Promise<void> {
      await executor
        .delete(nodeMail)
        .where(lt(nodeMail.createdAt, sql`now() - make_interval(secs => ${seconds})`));
    },
  };
}
