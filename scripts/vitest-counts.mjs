// A vitest reporter that writes how many tests passed, failed and were skipped as JSON to the file in ORBIT_TEST_COUNTS.
import { writeFileSync } from 'node:fs';

export default class CountsReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      let failedTests = 0;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') counts.passed++;
        else if (state === 'failed') failedTests++;
        else counts.skipped++;
      }
      // A file that broke before or between its tests has failed too, though none of its tests has.
      counts.failed += failedTests === 0 && module.state() === 'failed' ? 1 : failedTests;
    }
    counts.failed += unhandledErrors.length;
    const file = process.env.ORBIT_TEST_COUNTS;
    if (file) writeFileSync(file, JSON.stringify(counts));
  }
}
