CREATE TABLE "organisation_logos" (
	"org_id" text PRIMARY KEY NOT NULL,
	"hash" text NOT NULL,
	"png" "bytea" NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "organisation_logos_png" CHECK (octet_length("organisation_logos"."png") <= 131072)
);
--> statement-breakpoint
ALTER TABLE "organisations" ADD COLUMN "logo" text;--> statement-breakpoint
ALTER TABLE "organisation_logos" ADD CONSTRAINT "organisation_logos_org_id_organisations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organisations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "organisation_logos_hash" ON "organisation_logos" USING btree ("hash");