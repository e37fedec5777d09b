CREATE TABLE "audit_forwards" (
	"destination" text PRIMARY KEY NOT NULL,
	"org_id" text,
	"webhook_id" text,
	"done_to" bigint NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_try_at" timestamp with time zone DEFAULT now() NOT NULL,
	"failure" text,
	CONSTRAINT "audit_forwards_webhook" UNIQUE("org_id","webhook_id")
);
--> statement-breakpoint
CREATE TABLE "quota_use" (
	"org_id" text NOT NULL,
	"month" text NOT NULL,
	"calls" bigint NOT NULL,
	"millicredits" bigint NOT NULL,
	"given_calls" bigint NOT NULL,
	"given_millicredits" bigint NOT NULL,
	CONSTRAINT "quota_use_org_id_month_pk" PRIMARY KEY("org_id","month")
);
--> statement-breakpoint
ALTER TABLE "organisations" ADD COLUMN "monthly_calls" bigint;--> statement-breakpoint
ALTER TABLE "organisations" ADD COLUMN "monthly_credits" bigint;--> statement-breakpoint
ALTER TABLE "organisations" ADD COLUMN "calls_at_once_per_key" integer;--> statement-breakpoint
ALTER TABLE "organisations" ADD COLUMN "calls_at_once" integer;--> statement-breakpoint
ALTER TABLE "audit_forwards" ADD CONSTRAINT "audit_forwards_org_id_webhook_id_webhooks_org_id_id_fk" FOREIGN KEY ("org_id","webhook_id") REFERENCES "public"."webhooks"("org_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "quota_use" ADD CONSTRAINT "quota_use_org_id_organisations_id_fk" FOREIGN KEY ("org_id") REFERENCES "public"."organisations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organisations" ADD CONSTRAINT "organisations_quota" CHECK ("organisations"."monthly_calls" >= 1 and "organisations"."monthly_credits" >= 1);--> statement-breakpoint
ALTER TABLE "organisations" ADD CONSTRAINT "organisations_at_once" CHECK ("organisations"."calls_at_once_per_key" >= 1 and "organisations"."calls_at_once" >= 1);