CREATE TABLE "nodes" (
	"id" text PRIMARY KEY NOT NULL,
	"host" text NOT NULL,
	"half" text,
	"version" text NOT NULL,
	"runtime" text NOT NULL,
	"hears_changes" boolean NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "operators" (
	"user_id" text PRIMARY KEY NOT NULL,
	"declared" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "operators" ADD CONSTRAINT "operators_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "nodes_seen" ON "nodes" USING btree ("seen_at");--> statement-breakpoint
CREATE INDEX "audit_events_operator" ON "audit_events" USING btree ("id") WHERE "audit_events"."actor_kind" = 'operator';--> statement-breakpoint
-- Whoever set the installation up was its first account, which is what made an operator of nobody until now.
INSERT INTO "operators" ("user_id") SELECT "id" FROM "users" WHERE "disabled_at" IS NULL ORDER BY "created_at", "id" LIMIT 1;
