ALTER TABLE "organisations" ADD COLUMN "second_factor_required" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "organisations" ADD COLUMN "session_hours" integer DEFAULT 168 NOT NULL;--> statement-breakpoint
ALTER TABLE "organisations" ADD COLUMN "client_policy" text DEFAULT 'any' NOT NULL;--> statement-breakpoint
ALTER TABLE "organisations" ADD COLUMN "max_access" text DEFAULT 'full' NOT NULL;--> statement-breakpoint
ALTER TABLE "organisations" ADD COLUMN "addresses" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "organisations" ADD COLUMN "address_scope" text DEFAULT 'own' NOT NULL;--> statement-breakpoint
ALTER TABLE "organisations" ADD CONSTRAINT "organisations_session_hours" CHECK ("organisations"."session_hours" in (12, 24, 72, 168));--> statement-breakpoint
ALTER TABLE "organisations" ADD CONSTRAINT "organisations_client_policy" CHECK ("organisations"."client_policy" in ('any', 'known', 'approved'));--> statement-breakpoint
ALTER TABLE "organisations" ADD CONSTRAINT "organisations_max_access" CHECK ("organisations"."max_access" in ('read', 'full'));--> statement-breakpoint
ALTER TABLE "organisations" ADD CONSTRAINT "organisations_addresses" CHECK (cardinality("organisations"."addresses") <= 100);--> statement-breakpoint
ALTER TABLE "organisations" ADD CONSTRAINT "organisations_address_scope" CHECK ("organisations"."address_scope" in ('own', 'all'));