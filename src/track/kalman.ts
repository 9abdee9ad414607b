/**
 * A constant-velocity Kalman filter on one coordinate. Boxes use four: centre x and y, width and
 * height. Equations: Kalman 1960; process noise as white acceleration.
 */
export class KalmanAxis {
  #position: number;
  #velocity = 0;
  // Covariance [[a, b], [b, c]].
  #a: number;
  #b = 0;
  #c: number;

  /**
   * @param position First measurement.
   * @param measurementSigma Standard deviation of a measurement, in the coordinate's unit.
   * @param accelerationSigma Standard deviation of the acceleration, in units/s².
   * @param velocitySigma Standard deviation of the unknown first velocity, in units/s.
   */
  constructor(
    position: number,
    private measurementSigma: number,
    private readonly accelerationSigma: number,
    velocitySigma: number,
  ) {
    this.#position = position;
    this.#a = measurementSigma ** 2;
    this.#c = velocitySigma ** 2;
  }

  get position(): number {
    return this.#position;
  }

  /** Units per second. */
  get velocity(): number {
    return this.#velocity;
  }

  /** Standard deviation of the position. */
  get sigma(): number {
    return Math.sqrt(Math.max(0, this.#a));
  }

  /** Moves the state `dt` seconds on. */
  predict(dt: number): void {
    const q = this.accelerationSigma ** 2;
    this.#position += this.#velocity * dt;
    this.#a += dt * (2 * this.#b + dt * this.#c) + (q * dt ** 4) / 4;
    this.#b += dt * this.#c + (q * dt ** 3) / 2;
    this.#c += q * dt ** 2;
  }

  /** Takes in a measurement with its standard deviation. */
  correct(measured: number, sigma = this.measurementSigma): void {
    this.measurementSigma = sigma;
    const spread = this.#a + sigma ** 2;
    const gain = this.#a / spread, velocityGain = this.#b / spread;
    const surprise = measured - this.#position;
    this.#position += gain * surprise;
    this.#velocity += velocityGain * surprise;
    this.#c -= velocityGain * this.#b;
    this.#b -= gain * this.#b;
    this.#a -= gain * this.#a;
  }

  /** Takes in what is known of the velocity from elsewhere, with its standard deviation. */
  steer(velocity: number, sigma: number): void {
    const spread = this.#c + sigma ** 2;
    const gain = this.#b / spread, velocityGain = this.#c / spread;
    const surprise = velocity - this.#velocity;
    this.#position += gain * surprise;
    this.#velocity += velocityGain * surprise;
    this.#a -= gain * this.#b;
    this.#b -= velocityGain * this.#b;
    this.#c -= velocityGain * this.#c;
  }
}
