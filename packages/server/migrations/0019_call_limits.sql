ALTER TABLE "organisations" ADD COLUMN "calls_per_key" integer;--> statement-breakpoint
ALTER TABLE "organisations" ADD COLUMN "calls_per_organisation" integer;--> statement-breakpoint
ALTER TABLE "organisations" ADD CONSTRAINT "organisations_call_limits" CHECK ("organisations"."calls_per_key" >= 1 and "organisations"."calls_per_organisation" >= 1);