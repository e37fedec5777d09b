CREATE TABLE "connector_versions" (
	"connector_id" text NOT NULL,
	"number" integer NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"base_url" text NOT NULL,
	"catalogue_hash" text,
	"tools" integer,
	"new_write_tools" text NOT NULL,
	"document_sha256" text,
	"source" jsonb,
	"settings" jsonb,
	"made_by" text,
	"made_at" timestamp with time zone DEFAULT now() NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"rolled_back_to" integer,
	CONSTRAINT "connector_versions_connector_id_number_pk" PRIMARY KEY("connector_id","number"),
	CONSTRAINT "connector_versions_number" CHECK ("connector_versions"."number" > 0)
);
--> statement-breakpoint
CREATE TABLE "import_contents" (
	"import_id" text PRIMARY KEY NOT NULL,
	"document" "bytea",
	"catalogue" text,
	"places" jsonb
);
--> statement-breakpoint
CREATE TABLE "imports" (
	"id" text PRIMARY KEY NOT NULL,
	"org_id" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"state" text NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"source" jsonb NOT NULL,
	"settings" jsonb NOT NULL,
	"document_sha256" text,
	"document_bytes" integer,
	"catalogue_hash" text,
	"lock_sha256" text,
	"report" jsonb,
	"rejection" jsonb,
	"progress_done" integer DEFAULT 0 NOT NULL,
	"progress_total" integer,
	"work_id" text,
	"work_until" timestamp with time zone,
	"credential_kind" text,
	"credential_settings" jsonb,
	"credential_sealed" text,
	"published_slug" text,
	"published_version" integer,
	CONSTRAINT "imports_state" CHECK ("imports"."state" in ('fetching', 'checking', 'ready', 'rejected', 'cancelled', 'published'))
);
--> statement-breakpoint
ALTER TABLE "connectors" ADD COLUMN "managed_by" text DEFAULT 'operator' NOT NULL;--> statement-breakpoint
ALTER TABLE "connectors" ADD COLUMN "version" integer;--> statement-breakpoint
ALTER TABLE "connector_versions" ADD CONSTRAINT "connector_versions_connector_id_connectors_id_fk" FOREIGN KEY ("connector_id") REFERENCES "public"."connectors"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "connector_versions" ADD CONSTRAINT "connector_versions_catalogue_hash_catalogues_hash_fk" FOREIGN KEY ("catalogue_hash") REFERENCES "public"."catalogues"("hash") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_contents" ADD CONSTRAINT "import_contents_import_id_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."imports"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_org_id_organisations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organisations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "connector_versions_catalogue" ON "connector_versions" USING btree ("catalogue_hash");--> statement-breakpoint
CREATE INDEX "imports_org" ON "imports" USING btree ("org_id");--> statement-breakpoint
CREATE INDEX "imports_expires" ON "imports" USING btree ("expires_at");--> statement-breakpoint
ALTER TABLE "connectors" ADD CONSTRAINT "connectors_managed_by" CHECK ("connectors"."managed_by" in ('operator', 'organisation'));