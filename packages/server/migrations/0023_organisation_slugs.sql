CREATE TABLE "organisation_slugs" (
	"slug" text PRIMARY KEY NOT NULL,
	"org_id" text NOT NULL,
	"alias_until" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "organisation_slugs_owner" UNIQUE("slug","org_id")
);
--> statement-breakpoint
ALTER TABLE "organisations" ADD COLUMN "declared" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "organisations" ADD COLUMN "deleted_at" timestamp with time zone;--> statement-breakpoint
-- What each is called today is its own from now on.
INSERT INTO "organisation_slugs" ("slug", "org_id") SELECT "slug", "id" FROM "organisations";--> statement-breakpoint
CREATE INDEX "organisation_slugs_org" ON "organisation_slugs" USING btree ("org_id");--> statement-breakpoint
ALTER TABLE "organisations" ADD CONSTRAINT "organisations_slug_owner" FOREIGN KEY ("slug","id") REFERENCES "public"."organisation_slugs"("slug","org_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organisations" ADD CONSTRAINT "organisations_deleted" CHECK ("organisations"."deleted_at" is null or "organisations"."suspended_at" is not null);