/**
 * The product's mark: a disc printed in bokashi, the graded wash of Japanese woodblock prints, that
 * ends in a mosaic. The same drawing as `static/favicon.svg`.
 */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path d="M2 15.5a14 14 0 0 1 28 0z" fill="currentColor" />
      <path
        d="M2 16h6v5H3zM14 16h5v5h-5zM24 16h6l-1 5h-5z"
        fill="currentColor"
        fill-opacity="0.8"
      />
      <path d="M8.5 21.5h5v5h-5zM19 21.5h5v5h-5z" fill="currentColor" fill-opacity="0.5" />
      <path d="M8.5 16h5v5h-5zM19.5 16h4v5h-4z" fill="currentColor" fill-opacity="0.3" />
      <path d="M14 27h4.5v3h-4.5z" fill="currentColor" fill-opacity="0.25" />
    </svg>
  );
}
