/** The result of a part of the tests. It is passed between processes as JSON. */
export interface TestResult {
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly TestFailure[];
}

export interface TestFailure {
  readonly title: string;
  /** Message and stack, as the runner prints them. */
  readonly reason: string;
}
