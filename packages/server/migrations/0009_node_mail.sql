CREATE UNLOGGED TABLE "node_mail" (
	"id" text PRIMARY KEY NOT NULL,
	"answers" text,
	"to_node" text NOT NULL,
	"from_node" text NOT NULL,
	"subject" text NOT NULL,
	"body" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "node_mail_to_node" ON "node_mail" USING btree ("to_node");