CREATE TABLE "connection_attempts" (
	"id" text PRIMARY KEY NOT NULL,
	"org_id" text,
	"resource" text,
	"source" text NOT NULL,
	"network" text NOT NULL,
	"user_agent" text NOT NULL,
	"client_id" text,
	"client_name" text,
	"destination" text,
	"user_id" text,
	"transaction_hash" text,
	"grant_id" text,
	"key_id" text,
	"steps" jsonb NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"last_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "connection_attempts" ADD CONSTRAINT "connection_attempts_org_id_organisations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organisations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "connection_attempts" ADD CONSTRAINT "connection_attempts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "connection_attempts_org" ON "connection_attempts" USING btree ("org_id","started_at","id");--> statement-breakpoint
CREATE INDEX "connection_attempts_source" ON "connection_attempts" USING btree ("source","last_at");--> statement-breakpoint
CREATE UNIQUE INDEX "connection_attempts_transaction" ON "connection_attempts" USING btree ("transaction_hash");--> statement-breakpoint
CREATE INDEX "connection_attempts_client" ON "connection_attempts" USING btree ("client_id","last_at") WHERE "connection_attempts"."transaction_hash" is null;--> statement-breakpoint
CREATE INDEX "connection_attempts_grant" ON "connection_attempts" USING btree ("grant_id");--> statement-breakpoint
CREATE INDEX "connection_attempts_key" ON "connection_attempts" USING btree ("key_id");--> statement-breakpoint
CREATE INDEX "connection_attempts_user" ON "connection_attempts" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "connection_attempts_last" ON "connection_attempts" USING btree ("last_at");