/**
 * The product's mark: a disc printed in bokashi, the graded wash of Japanese woodblock prints. The
 * same drawing as `static/favicon.svg`.
 */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <defs>
        <linearGradient id="wash" x1="0" y1="0" x2="0" y2="1">
          <stop offset="0.1" stop-color="currentColor" />
          <stop offset="0.95" stop-color="currentColor" stop-opacity="0" />
        </linearGradient>
      </defs>
      <circle cx="16" cy="16" r="13" fill="url(#wash)" />
      <circle cx="16" cy="16" r="13" fill="none" stroke="currentColor" stroke-width="1.5" />
      <path
        d="M6 18h4v4h-4zM10 14h4v4h-4zM14 18h4v4h-4zM18 14h4v4h-4zM22 18h4v4h-4z"
        fill="currentColor"
        fill-opacity="0.55"
      />
    </svg>
  );
}
