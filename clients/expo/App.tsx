// Take a photo of coral, send it, and show where it is bleached.

import * as ImagePicker from "expo-image-picker";
import { useState } from "react";
import { ActivityIndicator, Button, Image, ScrollView, StyleSheet, Text, TextInput } from "react-native";
import { type Server, type Summary, headersOf, pictureOf, result, submit } from "./coralchunk";

type Shown = { jobId: number; summary: Summary };

const percent = (share: number | null) => (share === null ? "unknown" : `${Math.round(share * 100)} %`);

export default function App() {
  const [url, setUrl] = useState("http://192.168.1.10:5001"); // of the boat's server; not localhost, which is the phone
  const [token, setToken] = useState("");
  const [progress, setProgress] = useState<number | null>(null);
  const [shown, setShown] = useState<Shown | null>(null);
  const [problem, setProblem] = useState("");
  const server: Server = { url: url.replace(/\/+$/, ""), token: token || null };

  async function classify(pick: () => Promise<ImagePicker.ImagePickerResult>) {
    setProblem("");
    const picked = await pick();
    const photo = picked.assets?.[0];
    if (picked.canceled || !photo) return;
    setShown(null);
    setProgress(0);
    try {
      const type = photo.mimeType ?? "image/jpeg";
      const file = { uri: photo.uri, name: photo.fileName ?? "photo.jpg", type };
      const jobId = await submit(server, file, `${photo.uri}-${Date.now()}`.slice(-60));
      setShown({ jobId, summary: await result(server, jobId, setProgress) });
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setProgress(null);
    }
  }

  async function takePhoto() {
    const { granted } = await ImagePicker.requestCameraPermissionsAsync();
    if (!granted) return setProblem("Allow the camera in the settings of the phone.");
    await classify(() => ImagePicker.launchCameraAsync({ quality: 0.9, exif: true }));
  }

  const isBusy = progress !== null;
  return (
    <ScrollView contentContainerStyle={styles.page}>
      <Text style={styles.label}>Server</Text>
      <TextInput style={styles.field} value={url} onChangeText={setUrl} autoCapitalize="none" keyboardType="url" accessibilityLabel="Server" />
      <Text style={styles.label}>Token, if the server requires one</Text>
      <TextInput style={styles.field} value={token} onChangeText={setToken} autoCapitalize="none" secureTextEntry accessibilityLabel="Token" />
      <Button title="Take a photo" onPress={takePhoto} disabled={isBusy} />
      <Button title="Choose a photo" onPress={() => classify(() => ImagePicker.launchImageLibraryAsync({ quality: 1, exif: true }))} disabled={isBusy} />
      {isBusy && <ActivityIndicator accessibilityLabel={`${percent(progress)} done`} />}
      {problem !== "" && <Text style={styles.problem} accessibilityRole="alert">{problem}</Text>}
      {shown && <Result server={server} shown={shown} />}
    </ScrollView>
  );
}

function Result({ server, shown: { jobId, summary } }: { server: Server; shown: Shown }) {
  const [low, high] = summary.bleached_cover_interval ?? [null, null];
  return (
    <>
      <Text style={styles.figure}>Coral covers {percent(summary.coral_cover)} of the photo.</Text>
      <Text style={styles.figure}>
        {percent(summary.bleached_cover)} of the coral looks bleached (95 %: {percent(low)} to {percent(high)}).
      </Text>
      <Image
        style={styles.picture}
        resizeMode="contain"
        source={{ uri: pictureOf(server, jobId), headers: headersOf(server) }}
        accessibilityLabel="The photo with bleached coral marked"
      />
    </>
  );
}

const styles = StyleSheet.create({
  page: { padding: 16, paddingTop: 64, gap: 8 },
  label: { fontWeight: "600" },
  field: { borderWidth: 1, borderColor: "#8a979e", borderRadius: 8, padding: 10 },
  problem: { color: "#b3261e" },
  figure: { fontSize: 16 },
  picture: { width: "100%", aspectRatio: 4 / 3 },
});
