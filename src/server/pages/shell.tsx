import type { Child } from "hono/jsx";
import { Icon } from "./icons.tsx";
import { Layout } from "./layout.tsx";
import { Mark } from "./mark.tsx";

/** Where the header leads to, from the dashboard's address. */
const PLACES = [
  ["./", "Cameras"],
  ["recordings", "Recordings"],
  ["throughput", "Throughput"],
  ["add", "Add camera"],
] as const;

/** For whom a page is made. */
export interface Visitor {
  /** The program's version. */
  version: string;
  /** Whether settings can be changed, and by this visitor: nothing else is offered to the others. */
  mayChange: boolean;
  /** Whether there is a session to end: none without a token. */
  signedIn: boolean;
}

/** What is on a page of the dashboard, besides what is on all of them. */
export interface ShellProps {
  title: string;
  /** Which of the header's places it is; none of them if it is left out. */
  place?: typeof PLACES[number][0];
  /** Leads from the page's address to the dashboard's. */
  root?: string;
  visitor: Visitor;
  styles?: string[];
  scripts?: string[];
  modules: string[];
  /** What the header says about it. */
  summary?: Child;
  /** What the header offers besides the theme. */
  controls?: Child;
  /** Where the first link of the page leads past the header. */
  skip: { to: string; label: string };
  children: Child;
}

/** The dashboard's pages: header, navigation, the word that the connection is lost, footer. */
export function Shell(props: ShellProps) {
  const { title, place, root = "", visitor, styles = [], scripts = [], modules } = props;
  const places = PLACES.filter(([to]) => to !== "add" || visitor.mayChange);
  return (
    <Layout
      title={title}
      root={root}
      mayChange={visitor.mayChange}
      early={["theme.js"]}
      styles={[...styles, "dashboard.css", "shell.css"]}
      scripts={scripts}
      modules={modules}
    >
      <a class="skip" href={`#${props.skip.to}`}>{props.skip.label}</a>
      <header class="top">
        <p class="brand">
          <Mark />
          Bokashi
        </p>
        <nav class="places" aria-label="Pages">
          {places.map(([to, label]) => (
            <a href={root + to} aria-current={to === place ? "page" : undefined}>{label}</a>
          ))}
        </nav>
        <p class="summary" id="summary">{props.summary}</p>
        <div class="controls">
          {props.controls}
          <button type="button" id="theme" title="Light, dark or as the system">
            <Icon name="theme" />
            <span class="label" id="theme-name">System</span>
          </button>
          {visitor.signedIn && (
            <form method="post" action={`${root}sign-out`}>
              <button type="submit" title="Sign out">
                <Icon name="leave" />
                <span class="label">Sign out</span>
              </button>
            </form>
          )}
        </div>
      </header>
      <p class="banner" id="lost" role="alert" hidden>
        <Icon name="alert" />
        <span id="lost-text" />
      </p>
      <p class="visually-hidden" id="announce" role="status" aria-live="polite" />
      <noscript>
        <p class="banner">Pictures and numbers need JavaScript, which is switched off here.</p>
      </noscript>
      {props.children}
      <footer class="bottom">
        <span>Bokashi {visitor.version}</span>
        <span>Every picture is masked before it leaves the process</span>
        <a href={`${root}api/docs`}>API</a>
      </footer>
    </Layout>
  );
}
