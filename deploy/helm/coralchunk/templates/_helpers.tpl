{{- define "coralchunk.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "coralchunk.labels" -}}
app.kubernetes.io/name: coralchunk
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "coralchunk.selector" -}}
app.kubernetes.io/name: coralchunk
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .role }}
{{- end }}

{{- define "coralchunk.secret" -}}
{{ .Values.connections.existingSecret | default (printf "%s-connections" (include "coralchunk.name" .)) }}
{{- end }}

{{/* The pod of a role: root, role, resources, and probes as text. */}}
{{- define "coralchunk.pod" -}}
metadata:
  labels:
    {{- include "coralchunk.selector" . | nindent 4 }}
  annotations:
    checksum/connections: {{ .root.Values.connections | toJson | sha256sum }}
spec:
  {{- with .root.Values.imagePullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: {{ .root.Values.terminationGracePeriodSeconds }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    seccompProfile: {type: RuntimeDefault}
  containers:
    - name: {{ .role }}
      image: "{{ .root.Values.image.repository }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}"
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      args: [{{ .role }}]
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: {drop: [ALL]}
      envFrom:
        - secretRef: {name: {{ include "coralchunk.secret" .root }}}
      env:
        - {name: CORALCHUNK_STORAGE_URL, value: {{ .root.Values.storage.url | quote }}}
        - {name: AWS_DEFAULT_REGION, value: {{ .root.Values.storage.region | quote }}}
        {{- with .root.Values.storage.endpoint }}
        - {name: AWS_ENDPOINT_URL_S3, value: {{ . | quote }}}
        {{- end }}
        - {name: CORALCHUNK_PROXIES, value: {{ ternary "1" "0" .root.Values.ingress.enabled | quote }}}
        {{- if eq .role "web" }}
        - {name: CORALCHUNK_WEB_WORKERS, value: {{ .root.Values.web.webWorkers | quote }}}
        {{- else if ne .role "migrate" }}
        - {name: CORALCHUNK_METRICS_PORT, value: {{ .root.Values.metricsPort | quote }}}
        {{- end }}
        {{- range $name, $value := .root.Values.settings }}
        - {name: CORALCHUNK_{{ $name }}, value: {{ $value | quote }}}
        {{- end }}
      {{- with .ports }}
      ports: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .probes }}
      {{- toYaml . | nindent 6 }}
      {{- end }}
      resources: {{- toYaml .resources | nindent 8 }}
      volumeMounts:
        - {name: data, mountPath: /data}
        - {name: tmp, mountPath: /tmp}
  volumes:
    - {name: data, emptyDir: {}}
    - {name: tmp, emptyDir: {}}
  {{- with .root.Values.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .root.Values.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .root.Values.affinity }}
  affinity: {{- toYaml . | nindent 4 }}
  {{- else }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels: {{- include "coralchunk.selector" . | nindent 10 }}
  {{- end }}
{{- end }}
