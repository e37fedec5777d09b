import { index, pgTable, text } from 'drizzle-orm/pg-core';
import { createdAt } from './times.ts';

/** What nodes ask each other, and what they answer. A row is deleted by who reads it, a moment after it was written. */
export const nodeMail = pgTable(
  'node_mail',
  {
    id: text('id').primaryKey(),
    /** The id of the question that this is the answer to; null: it is a question. */
    answers: text('answers'),
    toNode: text('to_node').notNull(),
    fromNode: text('from_node').notNull(),
    subject: text('subject').notNull(),
    /** Sealed for this row and this addressee. */
    body: text('body').notNull(),
    createdAt: createdAt(),
  },
  (table) => [index('node_mail_to_node').on(table.toNode)],
);
