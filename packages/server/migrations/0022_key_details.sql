ALTER TABLE "keys" ADD COLUMN "minted_as" text;--> statement-breakpoint
ALTER TABLE "keys" ADD COLUMN "created_by" text;--> statement-breakpoint
ALTER TABLE "keys" ADD COLUMN "calls_per_minute" integer;--> statement-breakpoint
CREATE INDEX "keys_agent" ON "keys" USING btree ("org_id","agent_id");--> statement-breakpoint
CREATE INDEX "keys_created" ON "keys" USING btree ("org_id","created_at","id");--> statement-breakpoint
ALTER TABLE "keys" ADD CONSTRAINT "keys_minted_as" CHECK ("keys"."minted_as" in ('owner', 'admin', 'member', 'viewer'));--> statement-breakpoint
ALTER TABLE "keys" ADD CONSTRAINT "keys_calls_per_minute" CHECK ("keys"."calls_per_minute" >= 1);