// Suggest how pictures are prepared, from the shape of a network's input.

const USUAL_PX = 224;

/**
 * Suggest the fields of the form.
 * @param {{shape: (number|null)[]|null, data_type: string|null}|undefined} input
 * @returns {Record<string, string>}
 */
export function suggestPreprocessing(input) {
  const shape = input?.shape ?? [];
  const sides = shape.length === 4 ? shape.slice(1) : shape.length === 3 ? shape : [null, null, null];
  const isChannels = (side) => side === 3 || side === 1;
  const isChannelsLast = isChannels(sides[2]) && !isChannels(sides[0]);
  const [height, width] = isChannelsLast ? sides : sides.slice(1);
  return {
    target_size: `${width ?? USUAL_PX}x${height ?? USUAL_PX}`,
    dimension_order: isChannelsLast ? "NHWC" : "NCHW",
    color_channels: (isChannelsLast ? sides[2] : sides[0]) === 1 ? "L" : "RGB",
    data_type: input?.data_type ?? "FLOAT32",
    pixel_scaling: input?.data_type?.startsWith("FLOAT") === false ? "255" : "1",
  };
}
