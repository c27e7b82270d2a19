"use client";

import { useLivePages } from "holobase/react";
import { useFormatter, useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { useMember } from "@/account/useMember";
import { commentsOf } from "@/comments/commentsOf";
import { type Comment, nameOf, type PlainPage } from "@/holobase";
import { holobase, realtime } from "@/holobase/browser";
import { Link } from "@/i18n/routing";
import { MoreButton } from "@/layout/MoreButton";
import { ProblemText } from "@/layout/ProblemText";
import { useAction } from "@/layout/useAction";
import { ReportButton } from "@/moderation/ReportButton";
import styles from "./comments.module.css";

/** What was said about a card, live, with a form to say more. */
export function Comments({ card, first }: { card: string; first: PlainPage<Comment> }) {
  const t = useTranslations("comments");
  const member = useMember();
  const pages = useLivePages(holobase.comments, commentsOf(card), {
    topic: `cards/${card}/comments`,
    realtime,
    first,
    newest: "last",
  });
  const comments = pages.records;
  return (
    <section aria-labelledby="comments" className={styles.comments}>
      <h2 id="comments">{t("title")}</h2>
      {comments.length === 0 && <p>{t("none")}</p>}
      <ol>
        {inThreads(comments).map((comment) => (
          <CommentLine key={comment.id} comment={comment} />
        ))}
      </ol>
      <MoreButton pages={pages} />
      {member ? <CommentForm card={card} /> : <Link href="/sign-in">{t("signIn")}</Link>}
    </section>
  );
}

function CommentLine({ comment }: { comment: Comment }) {
  const t = useTranslations("comments");
  const format = useFormatter();
  const member = useMember();
  const [answers, setAnswers] = useState(false);
  const { author } = comment.expand;
  return (
    <li style={{ marginInlineStart: `${Math.min(comment.depth, 5) * 1.25}rem` }} data-comment={comment.id}>
      <p className={styles.head}>
        {author ? <Link href={`/members/${author.username}`}>{nameOf(author)}</Link> : t("gone")}
        <time dateTime={comment.created_at}>{format.relativeTime(new Date(comment.created_at))}</time>
      </p>
      <p className={styles.text}>{comment.is_deleted ? t("deleted") : comment.text}</p>
      {member && comment.card && !comment.is_deleted && (
        <p className={styles.head}>
          <button type="button" className="quiet" onClick={() => setAnswers(!answers)} aria-expanded={answers}>
            {t("answer")}
          </button>
          {comment.author !== member.id && <ReportButton resource="comments" id={comment.id} />}
        </p>
      )}
      {answers && comment.card && (
        <CommentForm card={comment.card} parent={comment.id} onSent={() => setAnswers(false)} />
      )}
    </li>
  );
}

function CommentForm({ card, parent, onSent }: { card: string; parent?: string; onSent?: () => void }) {
  const t = useTranslations("comments");
  const [text, setText] = useState("");
  const send = useAction(() => holobase.comments.create({ card, text, ...(parent && { parent }) }));

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!(await send.run())) return;
    setText("");
    onSent?.();
  }

  return (
    <form onSubmit={(event) => void submit(event)} className={styles.form}>
      <label>
        {t("yours")}
        <textarea required maxLength={2000} rows={3} value={text} onChange={(event) => setText(event.target.value)} />
      </label>
      <ProblemText problem={send.problem} />
      <button disabled={send.isRunning}>{t("send")}</button>
    </form>
  );
}

/** Return comments with each one's answers behind it. */
function inThreads(comments: readonly Comment[]): Comment[] {
  const below = (parent: string | null): Comment[] =>
    comments.filter((comment) => comment.parent === parent).flatMap((comment) => [comment, ...below(comment.id)]);
  return below(null);
}
