/** The product's mark: a plate that dissolves. The same drawing as `static/favicon.svg`. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <circle cx="16" cy="16" r="12" fill="currentColor" />
    </svg>
  );
}
